import { expect, it } from 'vitest';
import { round, shorten } from '../../../lib/tables/table-cells';

it('rounds to decimals, but nothing to 0 that is more than a rounding error', () => {
  expect([0.12345, 1234.56789, 0, -0.00001234, 4e-17].map((value) => round(value))).toEqual([0.1235, 1234.5679, 0, -0.00001, 0]);
  expect([0.04, 12.34].map((value) => round(value, 1))).toEqual([0.04, 12.3]);
  expect(Object.is(round(-4e-17), 0)).toBe(true);
});

it('shortens fractions, and no whole part', () => {
  expect([0.00123456, 12.3456, 1234.567, 1024, 'relu', true, undefined].map(shorten)).toEqual([
    0.00123,
    12.3,
    1234.6,
    1024,
    'relu',
    true,
    null,
  ]);
});
