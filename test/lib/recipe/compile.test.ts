import { describe, expect, it } from 'vitest';
import { compileConfigOf, compileModel, recompileModel } from '../../../lib/recipe/compile';
import * as tf from '../../../lib/tensorflow';
import { Stack } from '../../../src/models/stack';

describe('compileModel', () => {
  const model = () => new Stack().input([784]).output(3);

  it('makes each optimizer with its learning rate', () => {
    for (const kind of ['sgd', 'adam', 'adamw', 'rmsprop', 'adagrad', 'adadelta'] as const) {
      const compiled = compileModel(model(), { optimizer: { kind, learningRate: 0.25 } });
      expect(compiled.optimizer.getClassName().toLowerCase()).toBe(kind);
      expect(compiled.optimizer.getConfig().learningRate).toBe(0.25);
      compiled.dispose();
    }
  });

  it('says what is wrong with a configuration', () => {
    const compile = (config: Parameters<typeof compileModel>[1]) => () => compileModel(model(), config);
    expect(compile({ optimizer: { kind: 'adam', learningRate: 0 } })).toThrow(/learningRate.*above 0.*got 0/);
    expect(compile({ optimizer: { kind: 'sgd', learningRate: 1, momentum: 1 } })).toThrow(/momentum.*below 1.*got 1/);
    for (const weightDecay of [-0.1, Number.NaN]) {
      expect(compile({ optimizer: { kind: 'adamw', learningRate: 1, weightDecay } })).toThrow(
        /weightDecay must be a number, 0 or more, but got (-0.1|NaN)/,
      );
    }
    const optimizer = { kind: 'adam', learningRate: 0.1 } as const;
    for (const labelSmoothing of [-0.1, 1, Number.NaN]) {
      expect(compile({ optimizer, labelSmoothing })).toThrow(
        /labelSmoothing must be at least 0 and below 1, but got (-0.1|1|NaN);/,
      );
    }
    // As JavaScript, and a saved model, may have it.
    const odd = { kind: 'toString', learningRate: 1 } as unknown as typeof optimizer;
    expect(compile({ optimizer: odd })).toThrow(/kind of the optimizer must be sgd, .*got toString/);
    expect(compile({ optimizer, schedule: odd as never })).toThrow(/kind of the schedule must be .*got toString/);
    expect(compile({ optimizer, schedule: { kind: 'stepDecay', factor: 2 } })).toThrow(/factor.*got 2/);
    expect(compile({ optimizer, schedule: { kind: 'stepDecay', every: 0 } })).toThrow(/every.*got 0/);
    expect(compile({ optimizer, schedule: { kind: 'cosineAnnealing', floor: -1 } })).toThrow(/floor.*got -1/);
    for (const warmUp of [-0.1, 1, Number.NaN]) {
      expect(compile({ optimizer, schedule: { kind: 'cosineAnnealing', warmUp } })).toThrow(
        /warmUp of the schedule must be a share of the run, at least 0 and below 1.*got (-0.1|1|NaN)/,
      );
    }
  });
});

describe('recompileModel', () => {
  const adam = { kind: 'adam', learningRate: 0.01 } as const;
  const schedule = { kind: 'cosineAnnealing' } as const;
  const build = () => new Stack(3).input([784]).dense(4, 'relu', true).output(3);
  const valuesOf = (model: tf.LayersModel) => model.getWeights().map((weight) => [...weight.dataSync()]);

  it('puts changes in place of what the model had, and keeps the rest and the weights', () => {
    const model = compileModel(build(), { optimizer: adam, schedule, batchSize: 64 });
    model.setUserDefinedMetadata({ ...model.getUserDefinedMetadata(), note: 'kept' });
    const before = valuesOf(model);
    expect(recompileModel(model, { batchSize: 128, labelSmoothing: 0.1 })).toBe(model);
    expect(valuesOf(model)).toEqual(before);
    expect(compileConfigOf(model)).toEqual({ optimizer: adam, schedule, batchSize: 128, labelSmoothing: 0.1 });
    expect(model.getUserDefinedMetadata()).toMatchObject({ note: 'kept' });
    recompileModel(model, { optimizer: { kind: 'rmsprop', learningRate: 0.25 } });
    expect(model.optimizer.getClassName()).toBe('RMSProp');
    expect(model.optimizer.getConfig().learningRate).toBe(0.25);
    expect(compileConfigOf(model)).toMatchObject({ schedule, batchSize: 128, labelSmoothing: 0.1 });
    model.dispose();
  });

  it.each(['adam', 'adamw', 'sgd', 'rmsprop', 'adagrad', 'adadelta'] as const)(
    'disposes the former optimizer and what it holds: %s',
    (kind) => {
      const before = tf.memory().numTensors;
      const model = compileModel(build(), { optimizer: { kind, learningRate: 0.1 } });
      tf.tidy(() => {
        // One step, for what an optimizer holds beside its settings.
        const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
        const output = () => (model.apply(tf.ones([2, 784])) as tf.Tensor).max().asScalar();
        model.optimizer.minimize(output, false, variables);
      });
      recompileModel(model, {});
      const fresh = compileModel(build(), { optimizer: { kind, learningRate: 0.1 } });
      const [all, weights] = [tf.memory().numTensors - before, model.weights.length];
      // Both models hold as much: their weights and a fresh optimizer.
      fresh.dispose();
      expect(tf.memory().numTensors - before).toBe(all / 2);
      expect(all / 2 - weights).toBeLessThanOrEqual(2);
      model.dispose();
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it('leaves a model as it was where a change is wrong', () => {
    const model = compileModel(build(), { optimizer: adam, batchSize: 64 });
    expect(() => recompileModel(model, { labelSmoothing: 1 })).toThrow(/labelSmoothing .*but got 1/);
    expect(() => recompileModel(model, { optimizer: { kind: 'adam', learningRate: 0 } })).toThrow(/learningRate/);
    expect(compileConfigOf(model)).toEqual({ optimizer: adam, batchSize: 64 });
    const images = tf.ones([2, 784]);
    const labels = tf.tensor2d([1, 0, 0, 0, 1, 0], [2, 3]);
    const [weight] = model.trainableWeights;
    const first = [...weight.read().dataSync()];
    tf.tidy(() => {
      model.optimizer.minimize(() => tf.losses.softmaxCrossEntropy(labels, model.apply(images) as tf.Tensor).asScalar(), false, [
        weight.read() as tf.Variable,
      ]);
    });
    expect([...weight.read().dataSync()]).not.toEqual(first);
    tf.dispose([images, labels]);
    model.dispose();
  });

  it('asks for a model that compileModel compiled', () => {
    const bare = build();
    const refused = /compiled in another way; call compileModel/;
    expect(() => recompileModel(bare, { batchSize: 8 })).toThrow(/model must be one that compileModel compiled/);
    bare.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
    expect(() => recompileModel(bare, { batchSize: 8 })).toThrow(refused);
    bare.dispose();
  });
});
