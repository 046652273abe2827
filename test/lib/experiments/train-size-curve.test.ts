import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { meanInterval } from '../../../lib/evaluation/mean-interval';
import { type TrainSizeCurveOptions, trainSizeCurve } from '../../../lib/experiments/train-size-curve';
import { compileModel } from '../../../lib/recipe/compile';
import type { ModelBuilder } from '../../../lib/search/model-builder';
import * as tf from '../../../lib/tensorflow';
import { Stack } from '../../../src/models/stack';
import { stripedImages } from '../training/striped-images';

const folder = mkdtempSync(join(tmpdir(), 'inkwell-sizes-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let builds = 0;
let breakAt = Number.POSITIVE_INFINITY;
const build: ModelBuilder = (hp, { classNames, seed }) => {
  if (++builds === breakAt) throw new Error('a power cut');
  const learningRate = hp.choice('rate', [0.001, 0.01]);
  return compileModel(new Stack(seed).input([784]).output(classNames.length), { optimizer: { kind: 'adam', learningRate } });
};
const images = stripedImages(280, 14);
const OPTIONS: TrainSizeCurveOptions = {
  hyperparameters: { rate: 0.01 },
  trainSizes: [140, 14, 70, 70],
  epochs: 2,
  executions: 2,
  batchSize: 20,
  validationSplit: 0.25,
  title: null,
};

describe('trainSizeCurve', () => {
  it('trains each size several times for as many steps, and learns more from more images', async () => {
    const tensors = tf.memory().numTensors;
    const curve = await trainSizeCurve(build, images, OPTIONS);
    expect(curve.map(({ trainSize, epochs }) => [trainSize, epochs])).toEqual([
      [14, 20],
      [70, 4],
      [140, 2],
    ]);
    for (const { accuracies, mean, interval } of curve) {
      expect(accuracies).toHaveLength(2);
      const { mean: expected, interval: whole } = meanInterval(accuracies);
      expect(mean).toBe(expected);
      expect(interval).toEqual({ low: Math.max(whole.low, 0), high: Math.min(whole.high, 1) });
      // Of 70 images held out.
      for (const accuracy of accuracies) expect(70 * accuracy).toBeCloseTo(Math.round(70 * accuracy), 9);
    }
    // Two trainings that differ say little: their interval would go below 0 or above 1.
    expect(curve.some(({ interval }) => interval.low === 0 || interval.high === 1)).toBe(true);
    expect(curve[2].mean).toBeGreaterThan(curve[0].mean);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('goes on after the last training that ended, and comes to the same end', async () => {
    const whole = await trainSizeCurve(build, images, OPTIONS);
    const directory = join(folder, 'broken');
    [builds, breakAt] = [0, 4];
    await expect(trainSizeCurve(build, images, { ...OPTIONS, directory })).rejects.toThrow('a power cut');
    // What a kill leaves of a line.
    appendFileSync(join(directory, 'results.jsonl'), '0123abcd 5 {"of":');
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    [builds, breakAt] = [0, Number.POSITIVE_INFINITY];
    expect(await trainSizeCurve(build, images, { ...OPTIONS, directory })).toEqual(whole);
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
    expect(builds).toBe(6 - 3);
    builds = 0;
    expect(await trainSizeCurve(build, images, { ...OPTIONS, directory })).toEqual(whole);
    expect(builds).toBe(0);
    await trainSizeCurve(build, images, { ...OPTIONS, directory, overwrite: true });
    expect(builds).toBe(6);
    await trainSizeCurve(build, images, { ...OPTIONS, directory, seed: 1 });
    expect(builds).toBe(12);
  });

  it('refuses sizes that there are not, and single executions', async () => {
    await expect(trainSizeCurve(build, images, { ...OPTIONS, trainSizes: [10, 211] })).rejects.toThrow(
      'trainSizes must hold numbers of images up to 210, those of stripes that are not held out, but got [10,211].',
    );
    await expect(trainSizeCurve(build, images, { ...OPTIONS, trainSizes: [] })).rejects.toThrow('but got [].');
    await expect(trainSizeCurve(build, images, { ...OPTIONS, trainSizes: [0.5] })).rejects.toThrow('trainSizes must be');
    await expect(trainSizeCurve(build, images, { ...OPTIONS, executions: 1 })).rejects.toThrow(
      'executions must be a whole number from 2, but got 1.',
    );
  });
});
