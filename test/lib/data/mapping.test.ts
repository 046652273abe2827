import { describe, expect, it } from 'vitest';
import { knownMapping, parseMapping } from '../../../lib/data/mapping';

describe('parseMapping', () => {
  it('reads a label and a character code a line', () => {
    const { classNames, classOf } = parseMapping('0 48\n1 65\n2 97\n', 'm.txt');
    expect(classNames).toEqual(['0', 'A', 'a']);
    expect([...classOf]).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
  });

  it('numbers classes by place, so that EMNIST Letters begins at label 1, named by the first code', () => {
    const { classNames, classOf } = parseMapping('\uFEFF1 65 97\r\n2 66 98\r\n\r\n', 'm.txt');
    expect(classNames).toEqual(['A', 'B']);
    expect(classOf.get(1)).toBe(0);
    expect(classOf.has(0)).toBe(false);
  });

  it.each([
    ['0 48\n1\n', 'line 2', '"1"'],
    ['0 48\nx 49\n', 'line 2', '"x 49"'],
    ['0 48\n0 49\n', 'line 2', 'label 0 again'],
    ['0 48\n1 48\n', 'line 2', "'0' again"],
    ['0 7\n', 'line 1', '7'],
    ['256 48\n', 'line 1', '256'],
    ['', 'line 1', 'an empty file'],
  ])('refuses %j', (text, at, came) => {
    expect(() => parseMapping(text, 'm.txt')).toThrow(`m.txt, ${at}: expected`);
    expect(() => parseMapping(text, 'm.txt')).toThrow(`but got ${came}.`);
  });
});

describe('knownMapping', () => {
  it("has EMNIST's numbers of classes (Cohen et al. 2017, table II)", () => {
    const counts = { balanced: 47, bymerge: 47, byclass: 62, letters: 26, digits: 10, mnist: 10 };
    for (const [split, count] of Object.entries(counts)) {
      expect(new Set(knownMapping(`emnist-${split}`)?.classNames).size).toBe(count);
    }
    expect(knownMapping('emnist-balanced')?.classNames[36]).toBe('a');
    expect(knownMapping('emnist-letters')?.classOf.get(1)).toBe(0);
    expect(knownMapping('emnist47')).toBeUndefined();
  });
});
