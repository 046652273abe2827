import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Dataset, PIXELS, takeSubset } from '../src';
import { type Bench, type Candidate, timeRounds } from './bench';
import { type Result, summarizeRuns } from './results';

/** Stored transposed by its name, as EMNIST is, so that both sides turn the images. */
const NAME = 'emnist-bench';

/** Ways of pandas that may be the fastest; default values first. */
const READ_CSV_OPTIONS = [
  {},
  { dtype: 'uint8' },
  { dtype: 'uint8', na_filter: false },
  { dtype: 'uint8', na_filter: false, memory_map: true },
];

/**
 * From files to upright images, split into shuffled training and validation parts, from CSV (a label and 784 grey levels a row)
 * and from gzipped IDX of the same images, beside pandas and NumPy. Each ends where its training begins: Inkwell with uint8,
 * which the training step normalizes natively, batch by batch, and the others with the float32 in [0, 1] that Keras takes.
 */
export async function benchData(bench: Bench): Promise<Result[]> {
  const rounds = bench.quick ? 5 : 9;
  const train = takeSubset(bench.train, bench.quick ? 10_000 : 30_000);
  const test = takeSubset(bench.train, 1000, 1);
  const csv = join(bench.folder, 'csv');
  const idx = join(bench.folder, 'idx');
  for (const folder of [csv, idx]) mkdirSync(folder, { recursive: true });
  for (const [part, dataset] of Object.entries({ train, test })) {
    writeCsv(join(csv, `${NAME}-${part}.csv`), dataset);
    writeIdx(join(idx, `${NAME}-${part}`), dataset);
  }
  const images = train.size + test.size;
  bench.say(`data: ${images} images from CSV and from gzipped IDX, ${rounds} rounds`);
  const inkwell = (folder: string, files: string): Candidate[] => [
    { program: 'inkwell-data.ts', task: { folder, name: NAME }, detail: `${files} to uint8` },
  ];
  const python = (files: 'csv' | 'idx', folder: string, options: object, detail: string): Candidate => ({
    program: 'pandas_data.py',
    task: { files, path: join(folder, NAME), options },
    detail: `${detail} to float32`,
  });
  const timed = await timeRounds(
    bench,
    {
      'inkwell CSV': inkwell(csv, 'CSV'),
      'pandas CSV': READ_CSV_OPTIONS.map((options) =>
        python('csv', csv, options, `CSV with read_csv(${describeOptions(options)})`),
      ),
      'inkwell IDX': inkwell(idx, 'gzipped IDX'),
      'pandas IDX': [python('idx', idx, {}, 'gzipped IDX with NumPy')],
    },
    rounds,
  );
  return Object.entries(timed).map(([system, { detail, seconds }]) => {
    const summary = summarizeRuns(seconds);
    return {
      what: 'data',
      model: null,
      batch: null,
      system: system.split(' ')[0] as Result['system'],
      detail,
      samplesPerSecond: images / summary.seconds,
      megabytes: null,
      ...summary,
    };
  });
}

function describeOptions(options: object): string {
  const pairs = Object.entries(options).map(([name, value]) => `${name}=${value}`);
  return pairs.join(', ').replaceAll('=true', '=True').replaceAll('=false', '=False');
}

function writeCsv(file: string, { images, labels, size }: Dataset): void {
  const rows = Array.from({ length: size }, (_, i) => `${labels[i]},${images.subarray(i * PIXELS, (i + 1) * PIXELS).join()}\n`);
  writeFileSync(file, rows.join(''));
}

function writeIdx(path: string, { images, labels, size }: Dataset): void {
  const write = (kind: string, header: number[], content: Uint8Array) => {
    const words = Buffer.alloc(4 * header.length);
    for (const [i, word] of header.entries()) words.writeUInt32BE(word, 4 * i);
    writeFileSync(`${path}-${kind}-ubyte.gz`, gzipSync(Buffer.concat([words, content])));
  };
  write('images-idx3', [2051, size, 28, 28], images);
  write('labels-idx1', [2049, size], labels);
}
