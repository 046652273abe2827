import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anything,
  describeFault,
  either,
  exactly,
  fields,
  finite,
  kinds,
  leftOut,
  listOf,
  mapOf,
  matching,
  oneOf,
  text,
  textUpTo,
  trueOrFalse,
  whole,
} from '../../../lib/storage/schema';
import { fuzz } from '../../fuzz';

const schema = fields(
  { name: text, tags: listOf(oneOf('a', 'b', null)), sizes: mapOf(whole(1, 9)) },
  { rate: finite(0), end: kinds({ soon: fields({ hurry: trueOrFalse }), never: fields({}) }), old: leftOut },
);
const sound = { name: 'x', tags: ['a', null], sizes: { w: 1, h: 9 }, rate: 0.5, end: { kind: 'never' }, more: 1 };

describe('describeFault', () => {
  it('finds none in what is as the schema says, with or without what may be left out', () => {
    expect(describeFault(sound, schema)).toBeUndefined();
    expect(describeFault({ name: '', tags: [], sizes: {} }, schema)).toBeUndefined();
  });

  it.each([
    [[], 'it must be an object, but is a list of 0'],
    [{ ...sound, name: 7 }, 'name must be a text, but is 7'],
    [{ ...sound, name: undefined }, 'name must be a text, but is missing'],
    [{ ...sound, tags: { 0: 'a' } }, 'tags must be a list, but is an object'],
    [{ ...sound, tags: ['a', 'c'] }, 'tags[1] must be one of "a", "b", null, but is "c"'],
    [{ ...sound, sizes: { w: 0 } }, 'sizes.w must be a whole number from 1 to 9, but is 0'],
    [{ ...sound, sizes: { w: 1.5 } }, 'sizes.w must be a whole number from 1 to 9, but is 1.5'],
    [{ ...sound, rate: Number.NaN }, 'rate must be a finite number from 0, but is NaN'],
    [{ ...sound, end: { kind: 'soon' } }, 'end.hurry must be true or false, but is missing'],
    [{ ...sound, end: { kind: 'toString' } }, 'end.kind must be one of "soon", "never", but is "toString"'],
    [{ ...sound, old: 1 }, 'old must be left out, but is 1'],
    [
      JSON.parse('{"name":"x","tags":[],"sizes":{"__proto__":1}}'),
      'sizes must be an object with no value named __proto__, but is an object',
    ],
  ])('names the first fault of %j', (value, fault) => {
    expect(describeFault(value, schema)).toBe(fault);
  });

  it('takes nothing from the prototype for a value that is there', () => {
    expect(describeFault({}, fields({ toString: anything, constructor: anything, x: text }))).toBe(
      'x must be a text, but is missing',
    );
    expect(describeFault({}, fields({ valueOf: text }))).toBe('valueOf must be a text, but is missing');
  });

  it('names rules that hold one of several', () => {
    const either1 = either('a number or a word', finite(0, 1), matching(/^\w+$/, 'a word'));
    expect([0, 'a'].map((value) => describeFault(value, either1))).toEqual([undefined, undefined]);
    expect(describeFault('a b', either1, 'size')).toBe('size must be a number or a word, but is "a b"');
  });

  it('refuses what is nested without end, and names from __proto__ at any depth', () => {
    const nest = (depth: number) => JSON.parse('[{"a":'.repeat(depth / 2) + 1 + '}]'.repeat(depth / 2));
    expect(describeFault(nest(100), anything)).toBeUndefined();
    expect(describeFault(nest(102), anything)).toContain(' must be nested at most 100 deep, but is a list of 1');
    expect(describeFault(JSON.parse('{"a":[{"__proto__":{"x":1}}]}'), anything)).toBe(
      'a[0] must be an object with no value named __proto__, but is an object',
    );
  });

  it('says which names exactly may be there', () => {
    const exact = exactly({ kind: oneOf('a'), size: whole(0) }, { note: textUpTo(3) });
    expect(describeFault({ kind: 'a', size: 0, note: 'abc' }, exact)).toBeUndefined();
    expect(describeFault({ kind: 'a', size: 0 }, exact)).toBeUndefined();
    expect(describeFault({ kind: 'a', size: 0, path: '/' }, exact)).toBe('path must be left out, but is "/"');
    expect(describeFault({ kind: 'a', size: 0, note: 'abcd' }, exact)).toBe(
      'note must be a text of at most 3 characters, but is "abcd"',
    );
    expect(describeFault({ kind: 'a' }, exact)).toBe('size must be a whole number from 0, but is missing');
  });

  it('holds lists and names to a length', () => {
    expect(describeFault([1, 2], listOf(whole(0), 2))).toBeUndefined();
    expect(describeFault([1, 2, 3], listOf(whole(0), 2))).toBe('it must be a list of at most 2, but is a list of 3');
    expect(describeFault({ ab: 1 }, mapOf(whole(0), textUpTo(2)))).toBeUndefined();
    expect(describeFault({ abc: 1 }, mapOf(whole(0), textUpTo(2)))).toBe(
      'it must be a text of at most 2 characters, but is "abc"',
    );
  });

  fuzz('says of any value what is wrong, if anything is', fc.anything(), (value) => {
    for (const each of [schema, anything, listOf(schema), mapOf(schema)]) {
      expect(describeFault(value, each) ?? 'it must be x, but is y').toMatch(/ must be .+, but is .+/s);
    }
  });
});
