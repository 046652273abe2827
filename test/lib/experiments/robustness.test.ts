import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { wilsonInterval } from '../../../lib/evaluation/model-comparison';
import { corruptImages } from '../../../lib/experiments/corruptions';
import { type ExperimentProgress, experimentProgress } from '../../../lib/experiments/progress';
import { robustness } from '../../../lib/experiments/robustness';
import { compileModel } from '../../../lib/recipe/compile';
import type * as tf from '../../../lib/tensorflow';
import { evaluate } from '../../../lib/training/evaluate';
import { fit } from '../../../lib/training/fit';
import { Stack } from '../../../src/models/stack';
import { stripedImages } from '../training/striped-images';

const folder = mkdtempSync(join(tmpdir(), 'inkwell-robustness-test-'));
const images = stripedImages(80);
const strengths = { noise: [0.5], shift: [7, 2] } as const;
let models: Record<string, tf.LayersModel>;
beforeAll(async () => {
  const build = (seed: number) =>
    compileModel(new Stack(seed).input([784]).output(4), { optimizer: { kind: 'adam', learningRate: 0.01 } });
  models = { trained: build(0), fresh: build(1) };
  await fit(models.trained, images, { epochs: 5, title: null });
});
afterEach(() => experimentProgress.showWith());
afterAll(() => {
  for (const model of Object.values(models)) model.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** How many were measured, found and planned, once the display ends. */
function watch(): { measured: number; found: number; planned: number }[] {
  const seen: { measured: number; found: number; planned: number }[] = [];
  experimentProgress.showWith((read: () => ExperimentProgress) => ({
    update() {},
    async end() {
      const { measured, found, planned } = read();
      seen.push({ measured: measured.length, found, planned });
    },
  }));
  return seen;
}

describe('robustness', () => {
  it('is the accuracy of each model on the same corrupted images', async () => {
    const points = await robustness(models, images, { strengths, seed: 3, title: null });
    expect(points.map(({ name, corruption, strength }) => `${name} ${corruption} ${strength}`)).toEqual([
      ...['trained noise 0', 'fresh noise 0', 'trained noise 0.5', 'fresh noise 0.5'],
      ...['trained shift 0', 'fresh shift 0', 'trained shift 2', 'fresh shift 2', 'trained shift 7', 'fresh shift 7'],
    ]);
    for (const { name, corruption, strength, accuracy, interval } of points) {
      const corrupted = corruptImages(images, corruption, strength, 3);
      expect((await evaluate(models[name], corrupted)).accuracy).toBe(accuracy);
      expect(interval).toEqual(wilsonInterval(Math.round(80 * accuracy), 80));
    }
    // Half of the images leave their band, so that not all can be read any more.
    const [before, after] = [0, 7].map((s) => points.find((p) => p.corruption === 'shift' && p.strength === s));
    expect(after?.accuracy).toBeLessThan(before?.accuracy as number);
  });

  it('measures what its folder lacks, once', async () => {
    const seen = watch();
    const options = { strengths, directory: join(folder, 'some') };
    const first = await robustness({ MLP: models.trained }, images, { ...options, strengths: { noise: [0.5] } });
    const all = await robustness({ MLP: models.trained }, images, options);
    expect(all.slice(0, 2)).toEqual(first);
    await robustness({ renamed: models.trained }, images, options);
    await robustness({ MLP: models.fresh }, images, options);
    expect(seen).toEqual([
      { measured: 2, found: 0, planned: 2 },
      // Strength 0 is one measurement for all corruptions.
      { measured: 2, found: 2, planned: 4 },
      { measured: 0, found: 4, planned: 4 },
      { measured: 4, found: 0, planned: 4 },
    ]);
  });
});
