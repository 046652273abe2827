import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type AccuracyMeasurement,
  type AccuracyResult,
  type AccuracyRun,
  measureRuns,
  mergeAccuracy,
  planRuns,
  summarizeAccuracy,
} from '../../bench/accuracy-results';
import { writeAccuracy } from '../../bench/report';
import { ResultStore } from '../../lib/experiments/result-store';

const folder = mkdtempSync(join(tmpdir(), 'inkwell-accuracy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const common = { dataset: 'emnist47', preset: 'bestCnn', epochs: 20 };
const measured = (accuracy: number, peakMegabytes: number | null = 1000): AccuracyMeasurement => ({
  accuracy,
  loss: 1 - accuracy,
  trainingSeconds: 6000 * accuracy,
  evaluationSeconds: 12,
  weights: 594_000,
  peakMegabytes,
});

describe('planRuns', () => {
  it('has a run for each seed, then all of them as one, plain and with test-time augmentation', () => {
    expect(planRuns(common, [0, 4], true).map(({ seeds, testTimeAugmentation }) => [seeds, testTimeAugmentation])).toEqual([
      [[0], false],
      [[4], false],
      [[0, 4], false],
      [[0, 4], true],
    ]);
  });

  it('has no ensemble of a single seed, nor where none is wanted', () => {
    expect(planRuns(common, [7], true)).toEqual([{ ...common, seeds: [7], testTimeAugmentation: false }]);
    expect(planRuns(common, [0, 1], false)).toHaveLength(2);
  });
});

describe('measureRuns', () => {
  const runs = planRuns(common, [0, 1, 2], false);
  const name = ({ seeds, epochs }: AccuracyRun) => `${seeds} for ${epochs}`;

  async function measure(recipe: object, list: readonly AccuracyRun[], failing?: string) {
    const store = new ResultStore<AccuracyMeasurement>(join(folder, 'store'));
    const trained: string[] = [];
    try {
      const measurements = await measureRuns(list, recipe, store, async (run) => {
        trained.push(name(run));
        if (name(run) === failing) throw new Error('killed');
        return measured(0.9 + run.seeds[0] / 100);
      });
      return { trained, accuracies: measurements.map(({ accuracy }) => accuracy) };
    } catch (error) {
      return { trained, error };
    } finally {
      store.close();
    }
  }

  it('goes on where it was stopped, in another store on the same folder, and repeats nothing', async () => {
    const recipe = { model: 'a', images: 'b' };
    expect(await measure(recipe, runs, '1 for 20')).toMatchObject({
      trained: ['0 for 20', '1 for 20'],
      error: { message: 'killed' },
    });
    expect(await measure(recipe, runs)).toEqual({ trained: ['1 for 20', '2 for 20'], accuracies: [0.9, 0.91, 0.92] });
    expect(await measure(recipe, runs)).toEqual({ trained: [], accuracies: [0.9, 0.91, 0.92] });
  });

  it('measures anew what has another recipe or other epochs', async () => {
    const recipe = { model: 'a', images: 'b' };
    const again = await measure({ ...recipe, model: 'c' }, runs);
    expect(again.trained).toEqual(['0 for 20', '1 for 20', '2 for 20']);
    const trial = await measure(recipe, planRuns({ ...common, epochs: 1 }, [0], false));
    expect(trial.trained).toEqual(['0 for 1']);
  });
});

describe('summarizeAccuracy', () => {
  it('gives means, sample standard deviations and the highest memory of the seeds, and each ensemble as it is', () => {
    const runs = planRuns(common, [0, 1, 2], true);
    const together = { ...measured(0.95, null), weights: 3 * 594_000 };
    const [single, ensemble, augmented, ...others] = summarizeAccuracy(
      runs,
      [measured(0.9, 1000), measured(0.91, 1200), measured(0.92, null), together, measured(0.96, null)],
      'processor',
    );
    expect(others).toEqual([]);
    expect(single).toMatchObject({ ...common, seeds: [0, 1, 2], models: 'single', machine: 'processor' });
    expect(single.accuracy).toBeCloseTo(0.91, 12);
    expect(single.accuracyDeviation).toBeCloseTo(0.01, 12);
    expect(single.lossDeviation).toBeCloseTo(0.01, 12);
    expect(single.trainingSeconds).toBeCloseTo(5460, 9);
    expect(single.peakMegabytes).toBe(1200);
    expect(ensemble).toMatchObject({
      seeds: [0, 1, 2],
      models: 'ensemble',
      testTimeAugmentation: false,
      accuracy: 0.95,
      accuracyDeviation: null,
      lossDeviation: null,
      peakMegabytes: null,
      weights: 1_782_000,
    });
    expect(augmented).toMatchObject({ models: 'ensemble', testTimeAugmentation: true, accuracy: 0.96 });
  });

  it('has no deviation of a single seed, so that the results survive JSON', () => {
    const results = summarizeAccuracy(planRuns(common, [0], true), [measured(0.9)], 'processor');
    expect(results[0].accuracyDeviation).toBeNull();
    expect(JSON.parse(JSON.stringify(results))).toEqual(results);
  });
});

describe('mergeAccuracy', () => {
  it('replaces all of the same preset and data set, and keeps the rest in order', () => {
    const result = (dataset: string, preset: string, accuracy: number) => ({ dataset, preset, accuracy }) as AccuracyResult;
    const merged = mergeAccuracy(
      [result('mnist', 'bestCnn', 1), result('mnist', 'bestCnn', 2), result('emnist47', 'bestCnn', 3)],
      [result('mnist', 'bestCnn', 4), result('emnist47', 'seedMlp', 5)],
      ['seedMlp', 'bestCnn'],
    );
    expect(merged.map(({ accuracy }) => accuracy)).toEqual([5, 3, 4]);
  });
});

describe('writeAccuracy', () => {
  it('is a table with means, spread, time and memory, and says on which machine', () => {
    const runs = planRuns(common, [0, 1], true);
    const measurements = [measured(0.9), measured(0.92), measured(0.95, null), measured(0.96, null)];
    const report = writeAccuracy(summarizeAccuracy(runs, measurements, 'processor, 2 cores'));
    // The deviation of 90 and 92 is the square root of 2.
    expect(report).toContain(
      '| emnist47 | bestCnn | 91.00 ± 1.41 % | 0.0900 ± 0.0141 | 20 | 91.0 min | 12.0 s | 1000 MB | 594,000 | 0, 1 |',
    );
    expect(report).toContain(
      '| emnist47 | bestCnn, ensemble of 2 | 95.00 % | 0.0500 | 20 | 95.0 min | 12.0 s |  | 594,000 | 0, 1 |',
    );
    expect(report).toContain('| bestCnn, ensemble of 2, test-time augmentation | 96.00 % |');
    expect(report).toContain('Measured on processor, 2 cores.');
  });
});
