import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { DataError } from '../../../lib/data/data-error';

it('DataError names file, place, what was expected, what came and the cure, once', () => {
  const problem = { file: 'a.csv', at: 'line 3', expected: '785 values', came: '784', cure: 'Get it again.' };
  const error = new DataError(problem);
  expect(error.message).toBe('a.csv, line 3: expected 785 values, but got 784. Get it again.');
  expect(error.problem).toEqual(problem);
  expect(inspect(error).match(/785 values/g)).toHaveLength(1);
});
