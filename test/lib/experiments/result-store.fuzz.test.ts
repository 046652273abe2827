import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { ResultStore } from '../../../lib/experiments/result-store';
import { JournalError } from '../../../lib/storage/journal';
import { finite } from '../../../lib/storage/schema';
import { damaged, damagedData, fuzz, scratchFolder } from '../../fuzz';
import { journalBytes } from '../storage/journal-bytes';

const folder = join(scratchFolder(), 'sizes');
mkdirSync(folder);
const path = join(folder, 'results.jsonl');
// That a last line was dropped is said here.
vi.spyOn(console, 'warn').mockImplementation(() => {});

/** What the store of this file has for each key, or the message with which it is refused. */
function read(bytes: Buffer, keys: readonly unknown[]): (number | undefined)[] | string {
  writeFileSync(path, bytes);
  let store: ResultStore<number> | undefined;
  try {
    store = new ResultStore<number>(folder, false, finite(0, 1));
    return keys.map((key) => store?.get(key));
  } catch (error) {
    expect(error).toBeInstanceOf(JournalError);
    expect((error as Error).message).toMatch(/results\.jsonl, line \d+: .+Cure: /s);
    return (error as Error).message;
  } finally {
    store?.close();
  }
}

const entries = fc.uniqueArray(
  fc.tuple(
    fc.record({ trainSize: fc.nat(), builder: fc.constantFrom('buildMlp', '__proto__', 'toString') }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  ),
  { minLength: 1, maxLength: 6, selector: ([key]) => JSON.stringify(key) },
);
const eventsOf = (list: [unknown, number][]) => list.map(([key, result]) => ({ of: JSON.stringify(key), result }));

describe('stores of results', () => {
  fuzz('give back each result under its key', entries, (list) => {
    const keys = list.map(([key]) => key);
    expect(read(journalBytes(eventsOf(list)), [...keys, 'none'])).toEqual([...list.map(([, result]) => result), undefined]);
    rmSync(path);
    const store = new ResultStore<number>(folder);
    for (const [key, result] of list) store.set(key, result);
    store.close();
    expect(readFileSync(path).equals(journalBytes(eventsOf(list)))).toBe(true);
  });

  const both = entries.chain((list) => fc.tuple(fc.constant(list), damaged(fc.constant(journalBytes(eventsOf(list))))));
  fuzz('that are damaged give results that were there, or are refused', both, ([list, bytes]) => {
    const found = read(
      bytes,
      list.map(([key]) => key),
    );
    if (typeof found === 'string') return;
    for (const [i, result] of found.entries()) expect([undefined, list[i][1]]).toContain(result);
  });

  fuzz('that another program wrote are read, or refused', damagedData(entries.map(eventsOf)), (events) => {
    const found = read(journalBytes(events as unknown[]), [{}]);
    if (typeof found === 'string') expect(found).toContain(' must be ');
  });

  it.each([
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-0.1', -0.1],
    ['"0.5"', '0.5'],
    ['missing', undefined],
  ])('with a result that is %s are refused, and the folder is given free', (came, result) => {
    const message = read(
      journalBytes([
        { of: '1', result: 0.5 },
        { of: '2', result },
      ]),
      [],
    );
    expect(message).toContain(`line 3: its checksum is right, but result must be a finite number from 0 to 1, but is ${came}`);
    expect(existsSync(path)).toBe(true);
    new ResultStore(folder, true).close();
    rmSync(join(`${folder}.1`), { recursive: true });
  });
});
