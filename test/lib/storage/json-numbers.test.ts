import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeNumbers, encodeNumbers } from '../../../lib/storage/json-numbers';
import { fuzz } from '../../fuzz';

const there = (value: unknown) => JSON.stringify(value, encodeNumbers);
const back = (json: string) => JSON.parse(json, decodeNumbers);

describe('numbers in JSON', () => {
  it('have words where JSON has none', () => {
    expect(there({ a: [Number.NaN, -Infinity, Infinity, -0, 1.5], b: '#NaN', c: null })).toBe(
      '{"a":["#NaN","#-Infinity","#Infinity","#-0",1.5],"b":"##NaN","c":null}',
    );
  });

  fuzz(
    'come back as they were',
    fc.dictionary(
      fc.string().filter((name) => name !== '__proto__'),
      fc.oneof(fc.double(), fc.string()),
    ),
    (value) => {
      expect({ ...back(there(value)) }).toEqual({ ...value });
    },
  );
});
