import { execFileSync } from 'node:child_process';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Journal, JournalError } from '../../../lib/storage/journal';
import { damaged, expectMemory, fuzz, scratchFolder } from '../../fuzz';
import { journalBytes, journalOfTexts } from './journal-bytes';

const path = join(scratchFolder(), 'journal');

/** The events, or the message with which the file is refused and left as it is. */
function read(bytes: Buffer, findFault?: (event: unknown) => string | undefined): unknown[] | string {
  writeFileSync(path, bytes);
  try {
    return Journal.open(path, findFault).events;
  } catch (error) {
    expect(error).toBeInstanceOf(JournalError);
    const { message } = error as JournalError;
    expect(message.startsWith(path)).toBe(true);
    expect(message).toContain('Cure: ');
    expect(readFileSync(path).equals(bytes)).toBe(true);
    return message;
  }
}

const numbers = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0));
const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('#', '#NaN', '##', '\n', '\r', '\u2028'));
const leaves = fc.oneof(numbers, texts, fc.boolean(), fc.constant(null));
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaves,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(texts, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const events = fc.array(value, { minLength: 1, maxLength: 8 });

describe('journals', () => {
  fuzz('are read rightly', events, (list) => {
    expect(read(journalBytes(list))).toEqual(list);
  });

  fuzz('are written as they are described', events, (list) => {
    writeFileSync(path, '');
    Journal.open(path).journal.append(...list);
    expect(readFileSync(path).equals(journalBytes(list))).toBe(true);
  });

  fuzz(
    'that are damaged are read up to an event, or refused',
    events.chain((list) => fc.tuple(fc.constant(list), damaged(fc.constant(journalBytes(list))))),
    ([list, bytes]) => {
      const found = read(bytes);
      if (typeof found !== 'string') expect(found).toEqual(list.slice(0, found.length));
    },
  );

  const lines = fc.array(
    fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', '')),
    { minLength: 1 },
  );
  fuzz('of rightly sealed lines of any text are read, or refused', lines, (list) => {
    const found = read(journalOfTexts(list));
    if (typeof found === 'string') expect(found).toMatch(/, line \d+: .*(JSON|not of the form|CR LF)/s);
    else expect(found.length).toBeLessThanOrEqual(list.length);
  });

  fuzz('of any bytes are new or refused', fc.uint8Array({ maxLength: 200 }), (bytes) => {
    const found = read(Buffer.from(bytes));
    if (typeof found !== 'string') expect(found).toEqual([]);
  });
});

describe('journals made to do harm', () => {
  it('with 100,000 brackets are refused, not walked through until the stack is full', () => {
    const [open, close] = ['[', ']'].map((bracket) => bracket.repeat(100_000));
    const deep = journalOfTexts(['1', open + close, '2']);
    expect(read(deep)).toContain(`${path}, line 3: its checksum is right but it holds no JSON`);
    expect(read(journalOfTexts(['1', open, '2']))).toContain(`${path}, line 3: `);
  });

  it('with a line longer than any event are refused, unread', async () => {
    const long = journalBytes([1]).toString() + 'x'.repeat(2 ** 27);
    writeFileSync(path, `${long}\n1\n`);
    await expectMemory(512, () => {
      expect(() => Journal.open(path)).toThrow(
        `${path}, line 3: it has ${2 ** 27} bytes, but no event takes more than 16777216. Events before it: 1.`,
      );
    });
  });

  it('get no event that they could not give back', () => {
    writeFileSync(path, '');
    const { journal } = Journal.open(path);
    expect(() => journal.append('x'.repeat(2 ** 24))).toThrow('must take at most 16777216 bytes, but takes 16777250');
    journal.append('x'.repeat(2 ** 24 - 40));
    expect(Journal.open(path).events).toHaveLength(1);
  });

  it('as large as Node cannot read are refused unread', () => {
    writeFileSync(path, '');
    truncateSync(path, 2 ** 31);
    expect(() => Journal.open(path)).toThrow(`${path} must have at most 2147483647 bytes, but has 2147483648`);
  });

  it('that are a pipe are refused, not waited for', () => {
    const pipe = `${path}.pipe`;
    execFileSync('mkfifo', [pipe]);
    expect(() => Journal.open(pipe)).toThrow(`${pipe} must be a file, but is something else.`);
  });

  it('with an event that is faulty are refused with its line and fault', () => {
    const findFault = (event: unknown) => (event === 2 ? 'it must not be 2' : undefined);
    expect(read(journalBytes([1, 2, 3]), findFault)).toContain(
      `${path}, line 3: its checksum is right, but it must not be 2. Events before it: 1. Lost are this line and, because ` +
        'events build on those before them, the lines after it: 1, of which 1 are intact.',
    );
    expect(read(journalBytes([1, 3]), findFault)).toEqual([1, 3]);
  });
});
