import { describe, expect, it } from 'vitest';
import { compileConfigOf, compileModel } from '../../../lib/recipe/compile';
import * as tf from '../../../lib/tensorflow';
import { buildMlp, compileForLongTraining, defaultHyperparameters, HyperParameters, LONG_TRAINING } from '../../../src';

const data = { classNames: ['a', 'b'], seed: 0 };

describe('compileForLongTraining', () => {
  it('doubles the rate with the batch, and keeps the rest of the optimizer and the schedule', () => {
    const hp = { ...defaultHyperparameters(buildMlp, data), optimizer: 'sgdMomentum', sgdMomentumLearningRate: 0.05 };
    const model = compileForLongTraining(buildMlp(HyperParameters.from(hp), data));
    expect(compileConfigOf(model)).toEqual({
      ...LONG_TRAINING,
      optimizer: { kind: 'sgd', learningRate: 0.1, momentum: 0.9 },
      schedule: { kind: 'cosineAnnealing' },
    });
    model.dispose();
  });

  it('keeps the rate without batch normalization, which bears no rate twice as high', () => {
    const hp = { ...defaultHyperparameters(buildMlp, data), batchNormalization: false };
    const model = compileForLongTraining(buildMlp(HyperParameters.from(hp), data));
    expect(compileConfigOf(model)).toMatchObject({ batchSize: 128, optimizer: { learningRate: 0.001 } });
    model.dispose();
  });

  it('keeps the rate of a model compiled for batches as large, and varies the images where it is told to', () => {
    const layers = [tf.layers.dense({ inputShape: [784], units: 2, activation: 'softmax' })];
    const model = compileModel(tf.sequential({ layers }), { optimizer: { kind: 'adam', learningRate: 0.01 } });
    compileForLongTraining(model, { rotation: 5 });
    expect(compileConfigOf(model)).toEqual({
      ...LONG_TRAINING,
      optimizer: { kind: 'adam', learningRate: 0.01 },
      augmentation: { rotation: 5 },
    });
    model.dispose();
  });

  it('names the rule where a model was compiled in another way', () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [784], units: 2 })] });
    expect(() => compileForLongTraining(model)).toThrow('model must be one that compileModel compiled');
    model.dispose();
  });
});
