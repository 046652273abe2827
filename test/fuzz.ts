/** Property tests of what reads files: valid files must be read rightly, damaged ones read rightly or refused. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { isLong } from './long';

/**
 * A run is like the last one, but a long one tries other cases each time. `FUZZ_CASES=100000 npm run test:long fuzz` tries so
 * many.
 */
const CASES = Number(process.env.FUZZ_CASES ?? (isLong ? 10_000 : 300));
const SEED = isLong ? {} : { seed: 1 };

/**
 * A test of `property` on 300 cases, or 10,000 in a long run.
 *
 * A failure shows the smallest case that fails, with the seed and path that lead fast-check to it.
 */
export function fuzz<Case>(name: string, cases: fc.Arbitrary<Case>, property: (value: Case) => Promise<void> | void): void {
  const check = () =>
    fc.assert(
      fc.asyncProperty(cases, async (value) => {
        await property(value);
      }),
      { numRuns: CASES, ...SEED },
    );
  it(name, check, Math.max(300_000, 500 * CASES));
}

/** A folder for the cases of a test file, deleted after it. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'inkwell-fuzz-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Numbers that are easily taken for another: a count of nothing, the ends of 16, 31, 32, 53 and 63 bits. */
const EXTREMES = [0, 1, 2 ** 16 - 1, 2 ** 16, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];

/** Changes a file's bytes in one way. */
type Damage = (bytes: Buffer) => Buffer;

// Most of what a reader decides upon stands in the first bytes.
const place = fc.oneof(fc.nat(40), fc.nat(2 ** 20));
const within = (at: number, { length }: Buffer) => (length === 0 ? 0 : at % length);

const damages: fc.Arbitrary<Damage> = fc.oneof(
  fc.tuple(place, fc.nat(7)).map(([at, bit]): Damage => {
    return (bytes) => bytes.map((byte, i) => (i === within(at, bytes) ? byte ^ (1 << bit) : byte)) as Buffer;
  }),
  fc.tuple(place, fc.nat(255)).map(([at, value]): Damage => {
    return (bytes) => bytes.map((byte, i) => (i === within(at, bytes) ? value : byte)) as Buffer;
  }),
  place.map(
    (at): Damage =>
      (bytes) =>
        bytes.subarray(0, within(at, bytes)),
  ),
  place.map(
    (at): Damage =>
      (bytes) =>
        bytes.subarray(within(at, bytes)),
  ),
  fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 20 })).map(([at, more]): Damage => {
    return (bytes) => {
      const start = within(at, bytes);
      return Buffer.concat([bytes.subarray(0, start), more, bytes.subarray(start)]);
    };
  }),
  fc.tuple(place, fc.nat(64)).map(([at, length]): Damage => {
    return (bytes) => {
      const start = within(at, bytes);
      return Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + length)]);
    };
  }),
  fc.tuple(place, fc.nat(64), place).map(([at, length, to]): Damage => {
    return (bytes) => {
      const start = within(at, bytes);
      const end = within(to, bytes);
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start, start + length), bytes.subarray(end)]);
    };
  }),
  fc.tuple(place, fc.constantFrom(...EXTREMES), fc.boolean(), fc.boolean()).map(([at, value, little, aligned]): Damage => {
    return (bytes) => {
      if (bytes.length < 4) return bytes;
      const copy = Buffer.from(bytes);
      const start = at % (bytes.length - 3);
      if (little) copy.writeUInt32LE(value, aligned ? start - (start % 4) : start);
      else copy.writeUInt32BE(value, aligned ? start - (start % 4) : start);
      return copy;
    };
  }),
);

/** Files of `valid`, each with one to four damages: bits, bytes and numbers changed, parts cut off, put in or repeated. */
export function damaged(valid: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return fc
    .tuple(valid, fc.array(damages, { minLength: 1, maxLength: 4 }))
    .map(([bytes, list]) => list.reduce((now, damage) => damage(now), bytes));
}

/** Values that a program which expects another kind, or a sound number, may stumble over. */
const hostile = fc.constantFrom<unknown>(
  ...[null, true, '', '#NaN', '../../x', '/etc/passwd', '__proto__', -1, 0, 0.5, 1e9, 2 ** 31, 2 ** 53, 1e308],
  ...[Number.NaN, Number.POSITIVE_INFINITY, -0, [], {}, [null], [[[]]], JSON.parse('{"__proto__":{"x":1}}')],
);

type Plain = Record<string, unknown>;
const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null;

/** Places in plain data: the objects and lists that hold others, with each key. */
function listPlaces(value: unknown): [Plain, string][] {
  if (!isPlain(value)) return [];
  return Object.keys(value).flatMap((key): [Plain, string][] => [[value, key], ...listPlaces(value[key])]);
}

/** Plain data of `valid` in which one to three values, at any depth, are gone, moved or replaced by hostile ones. */
export function damagedData<Data>(valid: fc.Arbitrary<Data>): fc.Arbitrary<unknown> {
  const change = fc.tuple(fc.nat(), fc.oneof({ weight: 5, arbitrary: hostile }, fc.constant(undefined)));
  return fc.tuple(valid, fc.array(change, { minLength: 1, maxLength: 3 })).map(([data, changes]) => {
    const root: Plain = { data: structuredClone(data) };
    for (const [which, value] of changes) {
      const places = listPlaces(root).slice(1);
      if (places.length === 0) break;
      const [holder, key] = places[which % places.length];
      if (value !== undefined) holder[key] = structuredClone(value);
      else if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
    }
    return root.data;
  });
}

/** Expects that `run` raises this process' greatest memory so far by less than `megabytes`. */
export async function expectMemory(megabytes: number, run: () => unknown): Promise<void> {
  const before = process.resourceUsage().maxRSS;
  await run();
  expect((process.resourceUsage().maxRSS - before) / 1024).toBeLessThan(megabytes);
}
