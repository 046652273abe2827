import { describe, expect, it } from 'vitest';
import { brackets } from '../../../lib/figures';
import { gatherBrackets } from '../../../lib/figures/brackets';
import type { Trial } from '../../../lib/search/trial';
import { makeHistory, makeTrial, valAccuracy } from './fixtures';

/** A trial that had these validation accuracies, epoch by epoch, and was asked for so many epochs. */
function climb(id: number, values: number[], rest: Partial<Trial> = {}): Trial {
  const history = makeHistory(values.length);
  const epochs = history.epochs.map((record, i) => ({ ...record, valAccuracy: values[i] }));
  return makeTrial(
    id,
    values.at(-1) ?? Number.NaN,
    {},
    { epochs: values.length, histories: values.length > 0 ? [{ ...history, epochs }] : [], ...rest },
  );
}

// Trial 2 was the best of the first rung and then the worse of two; trial 4 could not be built.
const search = {
  objective: valAccuracy,
  trials: [
    climb(1, [0.3], { status: 'pruned' }),
    climb(2, [0.6, 0.65], { status: 'pruned' }),
    climb(3, [0.5, 0.7, 0.8, 0.9]),
    climb(4, [], { status: 'failed', epochs: 1, reason: '<script>' }),
    climb(5, [0.1, 0.2, 0.3, 0.4]),
    climb(6, [0.1, 0.2], { status: 'running', epochs: 4 }),
  ],
  brackets: [
    { trials: [1, 2, 3, 4], rungs: [1, 2, 4] },
    { trials: [5, 6], rungs: [4] },
  ],
};

describe('gatherBrackets', () => {
  it('says how far each trial came, the furthest first, and its rank at each rung', () => {
    const [first, second] = gatherBrackets(search);
    expect(first.map(({ trial, epochs }) => [trial.id, epochs])).toEqual([
      [3, 4],
      [2, 2],
      [1, 1],
      [4, 0],
    ]);
    expect(first[0].rungs).toEqual([
      { epochs: 1, score: 0.5, rank: 2, of: 3, promoted: true },
      { epochs: 2, score: 0.7, rank: 1, of: 2, promoted: true },
      { epochs: 4, score: 0.9, rank: 1, of: 1, promoted: false },
    ]);
    expect(first[1].rungs).toEqual([
      { epochs: 1, score: 0.6, rank: 1, of: 3, promoted: true },
      { epochs: 2, score: 0.65, rank: 2, of: 2, promoted: false },
    ]);
    expect(first[3].rungs).toEqual([]);
    // What is running has not come to its rung yet.
    expect(second.map(({ trial, epochs }) => [trial.id, epochs])).toEqual([
      [5, 4],
      [6, 2],
    ]);
    expect(second[1].rungs).toEqual([]);
  });
});

describe('brackets', () => {
  it('sets brackets side by side, with a mark for each promotion and for each end', () => {
    const { data, layout } = brackets(search);
    const [promoted, completed, pruned, running, failed] = data.slice(1);
    expect(promoted).toMatchObject({ name: 'promoted', x: [0, 0, 1], y: [1, 2, 1] });
    expect((promoted as { text: string[] }).text[2]).toBe('trial 2, promoted: 60.00 % after 1 epoch, rank 1 of 3');
    // One place stays empty between the brackets.
    expect(completed).toMatchObject({ name: 'completed', x: [0, 5], y: [4, 4], text: ['3', '5'] });
    expect(pruned).toMatchObject({ name: 'pruned', x: [1, 2], y: [2, 1] });
    expect(running).toMatchObject({ name: 'running', x: [6], y: [2] });
    expect(failed).toMatchObject({ customdata: ['trial 4, failed 2 times<br>&lt;script&gt;'] });
    expect(layout.yaxis).toMatchObject({ type: 'log', tickvals: [1, 2, 4] });
    expect(layout.xaxis).toMatchObject({ title: { text: 'Bracket' }, tickvals: [1.5, 5.5], ticktext: ['1', '2'] });
    expect(layout.shapes).toHaveLength(1);
  });

  it('refuses a search that has none', () => {
    expect(() => brackets({ ...search, brackets: [] })).toThrow('must be a Hyperband or Asha search');
  });
});
