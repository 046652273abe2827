import { describe, expect, it } from 'vitest';
import { mergeRanks, type RankResult, type RankScores, summarizeRanks, writeRanks } from '../../bench/rank-results';

const common = {
  dataset: 'emnist47',
  seed: 0,
  trainImages: 112_800,
  trainEpochs: 5,
  machine: 'processor',
  model: 'cnn' as const,
};
const budgets = [
  { name: '0.6', images: 3000, folds: 2, epochs: 4 },
  { name: 'quick', images: 6000, folds: 1, epochs: 3 },
];
const scores = (full: number | null, former: number | null, quick: number | null): RankScores => ({
  hyperparameters: { units: 1 },
  full,
  fullSeconds: 60,
  search: { '0.6': former, quick },
  searchSeconds: { '0.6': 4, quick: 2 },
});

describe('summarizeRanks', () => {
  const results = summarizeRanks(common, budgets, [
    scores(0.9, 0.3, 0.8),
    scores(0.8, 0.4, 0.7),
    scores(0.7, 0.5, 0.6),
    scores(null, null, null),
  ]);

  it('correlates each budget with the full training, failed configurations last in both', () => {
    // Ranks of the first 2, 3, 4, 1 beside 4, 3, 2, 1: 1 - 6 * (4 + 0 + 4 + 0) / (4 * 15).
    expect(results[0].correlation).toBeCloseTo(0.2, 12);
    expect(results[1].correlation).toBeCloseTo(1, 12);
    expect(results[1].secondsEach).toBe(2);
    expect(results[0].scores).toEqual([
      [0.3, 0.9],
      [0.4, 0.8],
      [0.5, 0.7],
      [null, null],
    ]);
  });

  it('says how much is gained over the first budget', () => {
    expect(results[0].gain).toBeNull();
    expect(results[1].gain?.difference).toBeCloseTo(0.8, 12);
  });

  it('is a table, and survives JSON', () => {
    expect(JSON.parse(JSON.stringify(results))).toEqual(results);
    const report = writeRanks(results);
    expect(report).toMatch(/\| CNN \| 0\.6 \| 3000 images, 2 folds, 4 epochs \| 0\.20 \| .* \| {2}\| 4\.0 s \| 4 \|/);
    expect(report).toMatch(/\| CNN \| quick \| 6000 images, hold-out, 3 epochs \| 1\.00 \| .* \| \+0\.80 \(/);
    expect(report).toContain('CNN 112800 images, 5 epochs');
  });
});

describe('mergeRanks', () => {
  it('replaces all of the same model', () => {
    const result = (model: 'mlp' | 'cnn', name: string) => ({ model, name }) as RankResult;
    const merged = mergeRanks([result('mlp', 'old'), result('cnn', 'old'), result('cnn', 'older')], [result('cnn', 'new')]);
    expect(merged.map(({ model, name }) => `${model} ${name}`)).toEqual(['mlp old', 'cnn new']);
  });
});
