import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { type RemoteJob, readWire, remoteJob, toWire } from '../../../lib/machines/wire';
import { damaged, damagedData, fuzz } from '../../fuzz';

const checksum = fc.stringMatching(/^[0-9a-f]{64}$/);
const name = fc.string({ minLength: 1, maxLength: 200 }).filter((text) => text !== '__proto__');
const count = fc.nat(1e6);
const seed = fc.integer({ min: -(2 ** 31), max: 2 ** 32 });
const from1 = fc.integer({ min: 1, max: 1000 });
const jobs: fc.Arbitrary<RemoteJob> = fc.record(
  {
    setup: fc.record({
      search: checksum,
      code: checksum,
      builder: fc.record({ name, module: checksum }),
      data: fc.record({
        name,
        part: fc.constantFrom('train' as const, 'test' as const),
        checksum,
        subsets: fc.array(fc.record({ size: from1, seed }), { maxLength: 3 }),
      }),
      threads: from1,
      timeoutMs: from1,
      lostAfterMs: fc.integer({ min: 100, max: 1e6 }),
    }),
    trial: count,
    training: count,
    seed,
    epochs: from1,
    until: from1,
    batchSize: from1,
    hyperparameters: fc.dictionary(
      name,
      fc.oneof(
        fc.boolean(),
        name,
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x || 0),
      ),
      { noNullPrototype: true },
    ),
    part: fc.oneof(
      fc.record({ kind: fc.constant('holdOut' as const), share: fc.constantFrom(0.1, 0.5, 0.999), seed }),
      fc.record({ kind: fc.constant('fold' as const), fold: count, folds: fc.integer({ min: 2, max: 9 }), seed }),
    ),
  },
  { requiredKeys: ['setup', 'trial', 'training', 'seed', 'epochs', 'until', 'hyperparameters', 'part'] },
);

const bytesOf = (job: unknown) => Buffer.from(JSON.stringify(toWire({ job })).slice('{"job":'.length, -1));

// What a job must be, said once more and by hand.
const isWhole = (value: unknown, min: number) => Number.isSafeInteger(value) && (value as number) >= min;
const isChecksum = (value: unknown) => /^[0-9a-f]{64}$/.test(String(value)) && typeof value === 'string';
const isName = (value: unknown) => typeof value === 'string' && value.length <= 200;
const has = (value: object, ...keys: string[]) => Object.keys(value).every((key) => keys.includes(key));

function expectJob(job: RemoteJob): void {
  const { setup, part, hyperparameters, batchSize = 1 } = job;
  const { data, builder, callbacks = builder } = setup;
  const holds = [
    has(job, 'setup', 'trial', 'training', 'seed', 'epochs', 'until', 'batchSize', 'hyperparameters', 'part'),
    has(setup, 'search', 'code', 'data', 'builder', 'callbacks', 'threads', 'timeoutMs', 'lostAfterMs'),
    has(data, 'name', 'part', 'subsets', 'checksum') && has(builder, 'name', 'module'),
    [setup.search, setup.code, data.checksum, builder.module, callbacks.module].every(isChecksum),
    [data.name, builder.name, callbacks.name, ...Object.keys(hyperparameters)].every(isName),
    ['train', 'test'].includes(data.part),
    data.subsets.length <= 10 && data.subsets.every(({ size }) => isWhole(size, 1)),
    [setup.threads, setup.timeoutMs, job.epochs, job.until, batchSize].every((value) => isWhole(value, 1)),
    [job.trial, job.training].every((value) => isWhole(value, 0)) && Number.isSafeInteger(job.seed),
    Object.values(hyperparameters).every((value) => ['boolean', 'string'].includes(typeof value) || Number.isFinite(value)),
    part.kind === 'fold'
      ? isWhole(part.fold, 0) && isWhole(part.folds, 2)
      : part.kind === 'holdOut' && part.share > 0 && part.share < 1,
  ];
  expect(holds).toEqual(holds.map(() => true));
  expect(Object.getPrototypeOf(job)).toBe(Object.prototype);
}

/** What is made of a message: it is none, or a job in every part. */
function read(bytes: Buffer): RemoteJob | undefined {
  const job = readWire(remoteJob, bytes.toString());
  if (job !== undefined) expectJob(job);
  return job;
}

describe('jobs', () => {
  fuzz('arrive as they were sent', jobs, (job) => {
    expect(read(bytesOf(job))).toEqual(job);
  });

  fuzz('whose bytes are damaged are none, or sound', damaged(jobs.map(bytesOf)), (bytes) => void read(bytes));

  fuzz('whose values are damaged are none, or sound', damagedData(jobs), (job) => void read(bytesOf(job)));

  fuzz('of any bytes are none', fc.uint8Array({ maxLength: 2000 }), (bytes) => {
    expect(read(Buffer.from(bytes))).toBeUndefined();
  });

  fuzz('with a field more anywhere at the top are none', fc.tuple(jobs, name), ([job, key]) => {
    if (!Object.hasOwn(job, key) && key !== 'batchSize') {
      expect(read(bytesOf({ ...job, [key]: 1 }))).toBeUndefined();
    }
  });
});
