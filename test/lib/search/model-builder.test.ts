import { describe, expect, it } from 'vitest';
import { random } from '../../../lib/base/random';
import type { ModelBuilder } from '../../../lib/search/model-builder';
import { valueAt } from '../../../lib/search/space/domain';
import { HyperParameters } from '../../../lib/search/space/hyperparameters';
import * as tf from '../../../lib/tensorflow';
import { buildCnn } from '../../../src/models/cnn';
import { buildMlp } from '../../../src/models/mlp';
import { cnnValues, mlpValues } from '../../src/models/configurations';

const data = { classNames: ['a', 'b', 'c'] };

describe.each<[string, ModelBuilder]>([
  ['buildMlp', buildMlp],
  ['buildCnn', buildCnn],
])('%s over its whole space', (name, build) => {
  it('gives probabilities for any configuration, and leaves no tensor behind', () => {
    const { next } = random(0, 'space', name);
    const seen = new Set<string>();
    const before = tf.memory().numTensors;
    for (let draw = 0; draw < 12; draw++) {
      const hp = new HyperParameters((_name, domain) => valueAt(domain, next()));
      const model = build(hp, data);
      tf.tidy(() => {
        const shape = model.inputs[0].shape.map((side) => side ?? 2);
        const sums = (model.apply(tf.ones(shape)) as tf.Tensor).sum(-1).dataSync();
        for (const sum of sums) expect(sum).toBeCloseTo(1, 5);
      });
      for (const asked of hp.space.keys()) seen.add(asked);
      model.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
    expect(seen).toContain('schedule');
  });

  it('draws the same weights from the same seed, others from another, 0 being the default', () => {
    const weights = (seed?: number) => {
      const model = build(HyperParameters.from({ ...mlpValues, ...cnnValues }), { ...data, seed });
      const values = model.getWeights().map((weight) => Array.from(weight.dataSync()));
      model.dispose();
      return values;
    };
    expect(weights(0)).toEqual(weights());
    expect(weights(1)).toEqual(weights(1));
    expect(weights(1)[0]).not.toEqual(weights(0)[0]);
  });
});
