import { execFileSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../lib/data/data-error';
import { knownMapping, readMapping } from '../../../lib/data/mapping';
import { openSource } from '../../../lib/data/source-file';
import { damaged, fuzz, scratchFolder } from '../../fuzz';

const file = join(scratchFolder(), 'x-mapping.txt');

/** The mapping as `[label, class name]` by class, or the refusal's message. */
async function read(content: string | Uint8Array) {
  writeFileSync(file, content);
  try {
    const { classNames, classOf } = await readMapping(await openSource(file));
    const labels = [...classOf].sort(([, a], [, b]) => a - b);
    expect(labels.map(([, index]) => index)).toEqual(classNames.map((_, index) => index));
    return labels.map(([label], index) => [label, classNames[index]]);
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    const { message } = error as DataError;
    expect(message).toMatch(new RegExp(`^${file}, line \\d+: expected .+, but got .+\\. A mapping`, 's'));
    return message;
  }
}

/** Labels and characters of classes. */
const classes = fc
  .uniqueArray(
    fc.tuple(
      fc.nat(255),
      fc.oneof(
        fc.integer({ min: 33, max: 126 }),
        fc.integer({ min: 0x3b1, max: 0x3c9 }),
        fc.integer({ min: 0x4e00, max: 0x9fff }),
        fc.integer({ min: 0x1f600, max: 0x1f64f }),
      ),
    ),
    { minLength: 1, maxLength: 60, selector: ([label]) => label },
  )
  .map((list) => [...new Map(list.map(([label, code]) => [code, label]))].map(([code, label]) => [label, code]));
const style = fc.record({
  lineEnd: fc.constantFrom('\n', '\r\n', '\n\n'),
  blank: fc.constantFrom(' ', '\t', '   '),
  more: fc.constantFrom('', ' 97', ' 97 98'),
  mark: fc.constantFrom('', '\uFEFF'),
});
const written = fc.tuple(classes, style).map(([list, { lineEnd, blank, more, mark }]) => {
  const text = mark + list.map(([label, code]) => `${label}${blank}${code}${more}${lineEnd}`).join('');
  return { list, text };
});

describe('mapping files', () => {
  fuzz('are read rightly', written, async ({ list, text }) => {
    expect(await read(text)).toEqual(list.map(([label, code]) => [label, String.fromCodePoint(code)]));
  });

  fuzz(
    'that are damaged are read as what they say now, or refused',
    damaged(written.map(({ text }) => Buffer.from(text))),
    async (bytes) => {
      const found = await read(bytes);
      if (typeof found === 'string') return;
      const lines = bytes
        .toString('utf8')
        .replace(/^\uFEFF/, '')
        .split(/\n/)
        .filter((line) => line.trim() !== '');
      expect(found).toEqual(
        lines.map((line) => {
          const [label, code] = line.trim().split(/\s+/);
          return [Number(label), String.fromCodePoint(Number(code))];
        }),
      );
    },
  );

  fuzz('of any text at all are read or refused', fc.string({ unit: 'binary' }), async (text) => {
    await read(text);
  });

  it.each([
    ['half of a surrogate pair', 0xd800],
    ['a control', 0x85],
    ['a no-break space', 0xa0],
    ['one that turns the text around', 0x202e],
    ['beyond Unicode', 0x110000],
    ['without end', '9'.repeat(400)],
  ])('with a code that is %s are refused', async (_, code) => {
    expect(await read(`0 48\n1 ${code}\n`)).toContain('line 2: expected the code of a visible character');
  });

  it('that are as large as no mapping is are refused unread', async () => {
    writeFileSync(file, '0 48\n');
    truncateSync(file, 2 ** 40);
    await expect(readMapping(await openSource(file))).rejects.toThrow(
      `${file}: expected a mapping of at most 65536 bytes, but got one of`,
    );
  });

  it('that are a pipe are refused, not waited for', async () => {
    execFileSync('mkfifo', [`${file}.pipe`]);
    await expect(openSource(`${file}.pipe`)).rejects.toThrow('expected a file, but got a pipe or device');
  });

  it('has none for data sets named like what every object has', () => {
    for (const name of ['__proto__', 'constructor', 'toString']) expect(knownMapping(name)).toBeUndefined();
  });
});
