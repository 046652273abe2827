import { describe, expect, it } from 'vitest';
import { describeError } from '../../../lib/search/describe-error';
import { FatalError } from '../../../lib/search/fatal-error';
import { Stack } from '../../../src/models/stack';

const caught = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};
function withStack(...places: string[]): Error {
  const error = new Error('no');
  error.stack = ['Error: no', ...places.map((place) => `    at ${place}`)].join('\n');
  return error;
}

describe('describeError', () => {
  it('leaves out packages, lib and what called the builder', () => {
    const search = 'Proposals.next (lib/search/proposals.ts:9:1)';
    const cell = 'bad (cell [3]:2:88)';
    expect(describeError(withStack('units (/x/node_modules/tf/a.js:1:1)', cell, search, 'async cell [9]:1:1'))).toBe(
      `no (at ${cell})`,
    );
    expect(describeError(withStack('compileModel (lib/recipe/compile.ts:1:1)', cell, search))).toBe(`no (at ${cell})`);
    expect(describeError(withStack('requireModel (lib/search/model-builder.ts:1:1)', 'async cell [9]:1:1'))).toBe('no');
  });

  it('names both the place and what the search called, where they are in two files', () => {
    const stack = withStack(
      'Stack.dense (src/models/stack.ts:40:25)',
      'bad (cell [3]:2:88)',
      'next (lib/search/proposals.ts:9:1)',
    );
    expect(describeError(stack)).toBe('no (at Stack.dense (src/models/stack.ts:40:25), called at bad (cell [3]:2:88))');
    expect(describeError(caught(() => new Stack(0).input([784]).dense(-1, 'relu')))).toMatch(
      /^Expected units.* \(at Stack\.dense \(src\/models\/stack\.ts:\d+:\d+\), called at .*describe-error\.test\.ts/,
    );
  });

  it('takes a FatalError for what it says', () => {
    const error = new FatalError('stop');
    error.stack = '';
    expect(describeError(error)).toBe('stop');
    expect(describeError('a word')).toBe("Thrown: 'a word'");
  });
});
