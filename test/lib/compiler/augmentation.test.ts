import { afterEach, describe, expect, it } from 'vitest';
import { random } from '../../../lib/base/random';
import { Augmenter } from '../../../lib/compiler/augmentation';
import { CompiledModel } from '../../../lib/compiler/compiled-model';
import type { AugmentationConfig } from '../../../lib/recipe/augmentation';
import { compileModel } from '../../../lib/recipe/compile';
import * as tf from '../../../lib/tensorflow';
import { CLASSES, MODELS } from './models';

const COPIES = 200;
const SIDE = 28;

/** `COPIES` of one image with a bright spot, a Gaussian of standard deviation 1.5 pixels, around each place [x, y]. */
function spots(...places: [x: number, y: number][]): Uint8Array {
  const image = Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    const levels = places.map(([cx, cy]) => 250 * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 4.5));
    return Math.round(Math.max(...levels));
  });
  return Uint8Array.from({ length: COPIES * SIDE * SIDE }, (_, i) => image[i % image.length]);
}

let augmenter: Augmenter | undefined;
afterEach(() => {
  augmenter?.dispose();
  augmenter = undefined;
});

function vary(images: Uint8Array, config: AugmentationConfig, seed = 1): Float32Array {
  augmenter?.dispose();
  augmenter = new Augmenter(config);
  return augmenter.run(images, seed);
}

/** The centre of brightness of each image, within `from` to `to` of its columns. */
function centres(images: Float32Array, from = 0, to = SIDE): { x: number; y: number; mass: number }[] {
  return Array.from({ length: images.length / SIDE ** 2 }, (_, n) => {
    let [x, y, mass] = [0, 0, 0];
    for (let i = 0; i < SIDE ** 2; i++) {
      const column = i % SIDE;
      if (column < from || column >= to) continue;
      const level = images[n * SIDE ** 2 + i];
      mass += level;
      x += level * column;
      y += level * Math.floor(i / SIDE);
    }
    return { x: x / mass, y: y / mass, mass };
  });
}

const range = (values: readonly number[]) => [Math.min(...values), Math.max(...values)];

/** Expects values to fill `low` to `high`: none beyond, and some within a tenth of each end. */
function expectToFill(values: readonly number[], low: number, high: number, tolerance: number): void {
  const [least, most] = range(values);
  const near = 0.1 * (high - low);
  expect(least).toBeGreaterThan(low - tolerance);
  expect(least).toBeLessThan(low + near);
  expect(most).toBeLessThan(high + tolerance);
  expect(most).toBeGreaterThan(high - near);
}

describe('augmentation', () => {
  it('without any variation gives the images as they are', () => {
    const noise = random(0, 'noise');
    const images = Uint8Array.from({ length: 3 * SIDE ** 2 }, () => noise.integer(256));
    expect(Array.from(vary(images, {}), (level) => Math.round(255 * level))).toEqual([...images]);
    expect([...(augmenter as Augmenter).runToGrey(images, 0)]).toEqual([...images]);
  });

  it('moves by at most the shift, along both sides', () => {
    const found = centres(vary(spots([13.5, 13.5]), { shift: 0.1 }));
    for (const axis of ['x', 'y'] as const) {
      expectToFill(
        found.map((centre) => centre[axis] - 13.5),
        -2.8,
        2.8,
        0.05,
      );
    }
  });

  it('turns about the centre, and keeps distances', () => {
    const found = centres(vary(spots([21.5, 13.5]), { rotation: 30 }));
    const angles = found.map(({ x, y }) => (Math.atan2(y - 13.5, x - 13.5) * 180) / Math.PI);
    expectToFill(angles, -30, 30, 0.5);
    for (const { x, y } of found) expect(Math.hypot(x - 13.5, y - 13.5)).toBeCloseTo(8, 1);
  });

  it('makes larger and smaller about the centre', () => {
    const found = centres(vary(spots([21.5, 13.5]), { scale: 0.2 }));
    expectToFill(
      found.map(({ x }) => x - 13.5),
      8 * 0.8,
      8 * 1.2,
      0.1,
    );
    for (const { y } of found) expect(y).toBeCloseTo(13.5, 1);
  });

  it('shears rows against each other and leaves the middle one', () => {
    const images = spots([13.5, 5.5]);
    const found = centres(vary(images, { shear: 0.25 }));
    expectToFill(
      found.map(({ x }) => x - 13.5),
      -2,
      2,
      0.1,
    );
    for (const { y } of found) expect(y).toBeCloseTo(5.5, 1);
    for (const { x } of centres(vary(spots([13.5, 13.5]), { shear: 0.25 }))) expect(x).toBeCloseTo(13.5, 1);
  });

  it('deforms places near and far independently, by normal displacements', () => {
    // At the points of the 4 x 4 grid themselves, [9, 9] and [18, 9], displacements are those drawn.
    const images = vary(spots([9, 9], [18, 9]), { elastic: 0.8 });
    const [left, right] = [centres(images, 0, 14), centres(images, 14, 28)];
    const moved = [...left.map(({ x }) => x - 9), ...left.map(({ y }) => y - 9)];
    const mean = moved.reduce((sum, value) => sum + value, 0) / moved.length;
    const deviation = Math.sqrt(moved.reduce((sum, value) => sum + (value - mean) ** 2, 0) / moved.length);
    expect(Math.abs(mean)).toBeLessThan(0.15);
    expect(deviation).toBeGreaterThan(0.5);
    expect(deviation).toBeLessThan(1.1);
    const together = left.reduce((sum, { y }, i) => sum + (y - 9) * (right[i].y - 9), 0) / left.length;
    expect(Math.abs(together / deviation ** 2)).toBeLessThan(0.4);
  });

  it('keeps levels within 0 and 1, and empty paper empty', () => {
    const config = { rotation: 45, shift: 0.3, scale: 0.3, shear: 0.3, elastic: 3 };
    const noise = random(0, 'noise');
    const images = Uint8Array.from({ length: 20 * SIDE ** 2 }, () => 255 * noise.integer(2));
    const [least, most] = range([...vary(images, config)]);
    expect(least).toBeGreaterThanOrEqual(0);
    expect(most).toBeLessThanOrEqual(1);
    expect(vary(new Uint8Array(SIDE ** 2), config).every((level) => level === 0)).toBe(true);
  });

  it('follows from the seed', () => {
    const config = { rotation: 10, elastic: 1 };
    const images = spots([9, 9]);
    const first = vary(images, config, 5);
    expect(vary(images, config, 5)).toEqual(first);
    expect(vary(images, config, 6)).not.toEqual(first);
  });

  it('never changes the images that a model predicts', () => {
    const model = compileModel(MODELS['conv2d, same'](), { optimizer: { kind: 'sgd', learningRate: 0.1 } });
    const images = spots([9, 9]).subarray(0, 5 * SIDE ** 2);
    const [plain, varied] = [{}, { augmentation: { rotation: 90 } }].map((options) => {
      const compiled = new CompiledModel(model, options);
      const probabilities = compiled.predict(images);
      compiled.dispose();
      return probabilities;
    });
    expect(plain).toHaveLength(5 * CLASSES);
    expect(varied).toEqual(plain);
    model.dispose();
  });

  it('leaves no tensor and no session behind', () => {
    const before = [tf.memory().numTensors, tf.node.getNumOfSavedModels()];
    vary(spots([9, 9]), { elastic: 1 });
    augmenter?.dispose();
    augmenter = undefined;
    expect([tf.memory().numTensors, tf.node.getNumOfSavedModels()]).toEqual(before);
  });

  it.each<[AugmentationConfig, RegExp]>([
    [{ rotation: 200 }, /rotation of the augmentation must be from 0 to 180, but got 200/],
    [{ shift: -0.1 }, /shift of the augmentation must be from 0 to 1/],
    [{ scale: 1 }, /scale of the augmentation must be at least 0 and below 1/],
    [{ elastic: Number.NaN }, /elastic of the augmentation must be from 0 to 28, but got NaN/],
    [{ zoom: 1 } as AugmentationConfig, /must have rotation, shift, scale, shear, elastic alone, but got zoom/],
  ])('refuses %j', (augmentation, message) => {
    const model = MODELS['conv2d, same']();
    const optimizer = { kind: 'sgd', learningRate: 0.1 } as const;
    expect(() => compileModel(model, { optimizer, augmentation })).toThrow(message);
    model.dispose();
  });
});
