import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Dataset, PIXELS, takeSubset } from '../src';
import { type Bench, timeRounds } from './bench';
import { type Result, summarizeRuns } from './results';

/** Stored transposed by its name, as EMNIST is, so that both sides turn the images. */
const NAME = 'emnist-bench';

/**
 * From CSV files (a label and 784 grey levels a row) to float32 in [0, 1], upright, split into shuffled training and
 * validation parts, beside pandas doing the same.
 */
export async function benchData(bench: Bench): Promise<Result[]> {
  const rounds = bench.quick ? 5 : 9;
  const train = takeSubset(bench.train, bench.quick ? 10_000 : 30_000);
  const test = takeSubset(bench.train, 1000, 1);
  const folder = join(bench.folder, 'csv');
  mkdirSync(folder, { recursive: true });
  writeCsv(join(folder, `${NAME}-train.csv`), train);
  writeCsv(join(folder, `${NAME}-test.csv`), test);
  const images = train.size + test.size;
  bench.say(`data: ${images} rows of CSV, ${rounds} rounds`);
  const task = { folder, name: NAME };
  const timed = await timeRounds(
    bench,
    {
      inkwell: [{ program: 'inkwell-data.ts', task, detail: null }],
      pandas: [null, 'uint8'].map((dtype) => ({
        program: 'pandas_data.py',
        task: { ...task, dtype },
        detail: dtype === null ? 'read_csv' : `read_csv, dtype=${dtype}`,
      })),
    },
    rounds,
  );
  return Object.entries(timed).map(([system, { detail, seconds }]) => {
    const summary = summarizeRuns(seconds);
    return {
      ...{ what: 'data', model: null, batch: null, system: system as Result['system'], detail },
      ...{ samplesPerSecond: images / summary.seconds, megabytes: null, ...summary },
    };
  });
}

function writeCsv(file: string, { images, labels, size }: Dataset): void {
  const rows = Array.from(
    { length: size },
    (_, i) => `${labels[i]},${images.subarray(i * PIXELS, (i + 1) * PIXELS).join()}\n`,
  );
  writeFileSync(file, rows.join(''));
}
