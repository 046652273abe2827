import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tryCompile } from '../../../lib/compiler/try-compile';
import { compileModel } from '../../../lib/recipe/compile';
import * as tf from '../../../lib/tensorflow';
import { evaluate } from '../../../lib/training/evaluate';
import { fit } from '../../../lib/training/fit';
import { stripedImages } from '../training/striped-images';

const data = stripedImages(60, 3);

/** A model with a layer that the compiler does not know. */
function buildUnknown(name: string): tf.LayersModel {
  const model = tf.sequential({
    layers: [
      tf.layers.separableConv2d({
        name,
        inputShape: [28, 28, 1],
        filters: 4,
        kernelSize: 3,
        strides: 3,
        depthwiseInitializer: tf.initializers.glorotUniform({ seed: 1 }),
        pointwiseInitializer: tf.initializers.glorotUniform({ seed: 2 }),
      }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 3, activation: 'softmax', kernelInitializer: tf.initializers.glorotUniform({ seed: 3 }) }),
    ],
  });
  return compileModel(model, { optimizer: { kind: 'adam', learningRate: 0.01 } });
}

describe('a model with a layer that the compiler does not know', () => {
  let said: string[] = [];
  beforeEach(() => {
    said = [];
    vi.spyOn(console, 'warn').mockImplementation((line: string) => void said.push(line));
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('trains and predicts all the same, and says why it is slow, once', async () => {
    const model = buildUnknown('first_separable');
    const { history } = await fit(model, data, { epochs: 6, batchSize: 16, title: null });
    expect(history.epochs[5].loss).toBeLessThan(0.5 * history.epochs[0].loss);
    expect((await evaluate(model, data)).accuracy).toBeGreaterThan(0.9);
    expect(tryCompile(buildUnknown('second_separable'))).toBeUndefined();
    expect(said).toEqual([expect.stringMatching(/^The layer first_separable is a SeparableConv2D, .* op by op/)]);
  });

  it('says nothing of a model that compiles', () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [784], activation: 'softmax' })] });
    const compiled = tryCompile(model);
    expect(compiled?.predict(data.images.subarray(0, 784))).toHaveLength(3);
    compiled?.dispose();
    expect(said).toEqual([]);
  });
});
