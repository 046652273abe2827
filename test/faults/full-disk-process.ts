// Does one thing on a small disk, which is its own: `full-disk-process.ts <task> <disk> <bytes>`. First so many bytes are left
// there, or with `read-only` it cannot be written to; then it has room. It prints as JSON what came of each, and the files
// that there were after each.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { download } from '../../lib/data/download';
import { ResultStore } from '../../lib/experiments/result-store';
import { RandomSearch } from '../../lib/search/searches';
import { fit } from '../../lib/training/fit';
import { loadModel, saveModel, type TrainingRecord } from '../../lib/training/save-model';
import { writeReport } from '../../scripts/notebook/write-report';
import { buildSmall } from '../lib/search/searching/builders';
import { build, options, train } from '../lib/training/backup-training';

const [task, disk, left] = process.argv.slice(2);
const folder = join(disk, 'inkwell');

const tasks: Record<string, () => Promise<unknown>> = {
  async search() {
    const search = new RandomSearch(buildSmall, { maxTrials: 4, folds: 2, seed: 0, directory: folder });
    await search.run(train, { epochs: 3, title: null });
    return search.trials.map(({ id, score }) => [id, score]);
  },
  async parallelSearch() {
    const search = new RandomSearch(buildSmall, { maxTrials: 4, folds: 2, seed: 0, directory: folder });
    await search.run(train, { epochs: 3, title: null, workers: 2 });
    return search.trials.map(({ id, score }) => [id, score]);
  },
  async backup() {
    const { history } = await fit(build(), train, { ...options, backup: folder });
    return history.epochs.map(({ loss }) => loss);
  },
  async save() {
    await save('again');
    return (await loadModel(folder)).record.name;
  },
  async download() {
    const bytes = Buffer.alloc(100_000, 'EMNIST');
    const server = createServer((request, response) => {
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const range = start > 0 ? { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` } : {};
      response.writeHead(start > 0 ? 206 : 200, { 'content-length': bytes.length - start, ...range });
      response.end(bytes.subarray(start));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/gzip.zip`;
      const md5 = createHash('md5').update(bytes).digest('hex');
      await download({ url, bytes: bytes.length, md5 }, join(folder, 'gzip.zip'));
      return readFileSync(join(folder, 'gzip.zip')).equals(bytes);
    } finally {
      server.close();
    }
  },
  async report() {
    const notebook = {
      cells: [{ cell_type: 'markdown' as const, metadata: {}, source: '# A title' }],
      metadata: {},
      nbformat: 4,
      nbformat_minor: 5,
    };
    const options = { formats: ['html'] as const, code: true, titlePage: {} };
    const written = await writeReport([{ name: '01-a', notebook }], join(disk, 'report'), options);
    return written.map((path) => basename(path));
  },
  async results() {
    const store = new ResultStore<number>(folder);
    try {
      for (let i = 0; i < 300; i++) if (store.get([i]) === undefined) store.set([i], i);
      return 300;
    } finally {
      store.close();
    }
  },
};

async function save(name: string): Promise<void> {
  const model = build();
  const { history } = await fit(model, train, { ...options, epochs: 1 });
  const record: TrainingRecord = { name, history, dataset: 'stripes', classNames: train.classNames, hyperparameters: {} };
  await saveModel(model, folder, record);
}

function files(): string[] {
  return readdirSync(disk, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'filler')
    .map((entry) => join(entry.parentPath, entry.name).slice(disk.length + 1))
    .sort();
}

async function attempt() {
  try {
    return { result: await tasks[task](), files: files() };
  } catch (error) {
    return { error: `${(error as Error).name}: ${(error as Error).message}`, files: files() };
  }
}

async function main() {
  if (task === 'save') await save('before');
  const { bavail, bsize } = statfsSync(disk);
  const filler = join(disk, 'filler');
  const remount = (mode: string) => execFileSync('mount', ['-o', `remount,${mode}`, disk]);
  if (left === 'read-only') remount('ro');
  else writeFileSync(filler, new Uint8Array(bavail * bsize - Number(left)));
  const full = await attempt();
  if (left === 'read-only') remount('rw');
  rmSync(filler, { force: true });
  const kept = task === 'save' ? (await loadModel(folder)).record.name : undefined;
  console.log(JSON.stringify({ full, kept, roomy: await attempt() }));
  process.exit(0);
}

void main();
