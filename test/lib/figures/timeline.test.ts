import { describe, expect, it } from 'vitest';
import { timeline } from '../../../lib/figures';
import { gatherLanes } from '../../../lib/figures/timeline';
import type { WorkSpan } from '../../../lib/search/trial';
import { makePruned, makeTrial, valAccuracy } from './fixtures';

/** `1 3/0 2 4-5.5`: worker 1, trial 3, training 0, epoch 2, from 4 s to 5.5 s. */
function parseSpans(...texts: string[]): WorkSpan[] {
  return texts.map((text) => {
    const [worker, trial, training, epoch, from, to] = (text.match(/[\d.]+/g) ?? []).map(Number);
    return { worker, trial, training, epoch, from, to, failed: text.endsWith('failed') };
  });
}

describe('gatherLanes', () => {
  it('joins the epochs of a training that follow each other, and counts the time of each worker', () => {
    const lanes = gatherLanes(parseSpans('1 1/0 1 1-3', '2 1/1 1 2-4', '1 1/0 2 3.1-5', '1 2/0 1 5-6', '2 1/1 2 7-10'));
    expect(lanes).toMatchObject([
      {
        worker: 1,
        blocks: [
          { trial: 1, training: 0, firstEpoch: 1, lastEpoch: 2, from: 1, to: 5 },
          { trial: 2, training: 0, firstEpoch: 1, lastEpoch: 1, from: 5, to: 6 },
        ],
        busy: 0.5,
      },
      // Three seconds lie between the two epochs: the worker was idle.
      { worker: 2, blocks: [{ lastEpoch: 1 }, { firstEpoch: 2, from: 7 }], busy: 0.5 },
    ]);
    expect(gatherLanes([])).toEqual([]);
  });

  it('keeps a failed attempt apart from the epochs before and after it', () => {
    const [{ blocks }] = gatherLanes(parseSpans('1 1/0 1 0-1', '1 1/0 2 1-2 failed', '1 1/0 2 2-3'));
    expect(blocks.map(({ failed, firstEpoch }) => [failed, firstEpoch])).toEqual([
      [false, 1],
      [true, 2],
      [false, 2],
    ]);
  });
});

describe('timeline', () => {
  const search = {
    objective: valAccuracy,
    trials: [
      makeTrial(1, 0.875),
      makePruned(2, 0.5),
      makeTrial(3, Number.NaN, {}, { reason: 'Error: <script>alert(1)</script>' }),
    ],
    activity: parseSpans('1 1/0 1 0-60', '1 1/0 2 60-90', '2 2/1 1 30-90', '1 3/0 1 600-900 failed'),
  };

  it('draws a block for each stretch, by what became of its trial, in minutes where it took long', () => {
    const { data, layout } = timeline(search);
    expect(data).toMatchObject([
      { name: 'completed', y: [1], base: [0], x: [1.5], text: ['1'] },
      { name: 'pruned', y: [2], base: [0.5], x: [1], marker: { pattern: { shape: '/' } } },
      { name: 'failed', y: [1], base: [10], x: [5], marker: { pattern: { shape: 'x' } } },
    ]);
    expect(data[0]).toMatchObject({ customdata: ['epochs 1 to 2 in 90 s<br>trial 1, score 87.50 %'] });
    expect(data[1]).toMatchObject({
      customdata: [expect.stringMatching(/^training 2 of 3, epoch 1 in 60 s<br>trial 2, pruned after 2 epochs/)],
    });
    expect(data[2]).toMatchObject({
      customdata: [
        'attempt at epoch 1 failed after 300 s<br>trial 3, failed 2 times<br>Error: &lt;script&gt;alert(1)&lt;/script&gt;',
      ],
    });
    expect(layout.xaxis?.title?.text).toBe('Time of the search (minutes)');
    expect(layout.yaxis?.ticktext).toEqual(['worker 1<br>43 % busy', 'worker 2<br>7 % busy']);
  });

  it('refuses a search of which nothing is known', () => {
    expect(() => timeline({ ...search, activity: [] })).toThrow('search must hold the activity of its workers');
  });
});
