import { expect, it } from 'vitest';
import { layers } from '../../../lib/tables/layers';
import { Stack } from '../../../src/models/stack';

it('layers: shapes and weights of each, and their sum', () => {
  const model = new Stack(0).input([28, 28, 1]).convolution(4, 3, 'relu', true, 7).flatten().output(3);
  const rows = layers(model).values as (string | number)[][];
  const of = (kind: string) => rows.find(([, found]) => found === kind)?.slice(2);
  // 3 x 3 weights of each of 4 filters, without bias under normalization.
  expect(of('Conv2D')).toEqual(['b × 28 × 28 × 4', 36, 36]);
  expect(of('MaxPooling2D')).toEqual(['b × 4 × 4 × 4', 0, 0]);
  // Scale and offset are trained, mean and variance are not.
  expect(of('BatchNormalization')).toEqual(['b × 4 × 4 × 4', 16, 8]);
  expect(of('Dense')).toEqual(['b × 3', 64 * 3 + 3, 64 * 3 + 3]);
  expect(rows.at(-1)).toEqual(['all', '', '', 36 + 16 + 195, 36 + 8 + 195]);
  expect(model.countParams()).toBe(36 + 16 + 195);
  model.dispose();
});
