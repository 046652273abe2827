import { afterEach, describe, expect, it } from 'vitest';
import { takeSubset } from '../../../lib/data/split';
import { type CompileConfig, compileModel } from '../../../lib/recipe/compile';
import * as tf from '../../../lib/tensorflow';
import type { Callback } from '../../../lib/training/callbacks';
import { EarlyStopping } from '../../../lib/training/early-stopping';
import { evaluate } from '../../../lib/training/evaluate';
import { type FitOptions, fit } from '../../../lib/training/fit';
import { InterruptedError } from '../../../lib/training/interrupt';
import { type TaskOutcome, type TrainingProgress, trainingProgress } from '../../../lib/training/progress';
import { Stack } from '../../../src/models/stack';
import { stripedImages } from './striped-images';

const adam: CompileConfig = { optimizer: { kind: 'adam', learningRate: 0.003 } };
const data = stripedImages(200);

function mlp(config: CompileConfig = adam, seed = 0): tf.LayersModel {
  const model = new Stack(seed).input([784]).dense(16, 'relu', true).dropout(0.3).output(4);
  compileModel(model, config);
  return model;
}

function cnn(): tf.LayersModel {
  const model = new Stack()
    .input([28, 28, 1])
    .convolution(4, 3, 'leakyRelu', true)
    .maxPooling(3)
    .flatten()
    .dropout(0.2)
    .output(4);
  compileModel(model, adam);
  return model;
}

function weightsOf(model: tf.LayersModel): number[][] {
  return model.getWeights().map((weight) => Array.from(weight.dataSync()));
}

async function trainedWeights(build: () => tf.LayersModel, options: Partial<FitOptions>): Promise<number[][]> {
  const model = build();
  await fit(model, data, { epochs: 2, batchSize: 32, ...options });
  const weights = weightsOf(model);
  model.dispose();
  return weights;
}

afterEach(() => trainingProgress.showWith());

describe('fit', () => {
  it.each([
    ['mlp', mlp],
    ['cnn', cnn],
  ])('trains a %s, and its history says so', async (_name, build) => {
    const model = build();
    const { history } = await fit(model, data, { epochs: 6, batchSize: 16, validationSplit: 0.2, seed: 3 });
    expect(history).toMatchObject({ trainSize: 160, validationSize: 40, batchSize: 16, seed: 3 });
    expect(history.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    const [first, last] = [history.epochs[0], history.epochs[5]];
    expect(last.loss).toBeLessThan(first.loss);
    expect(last.accuracy).toBeGreaterThan(0.9);
    expect(last.valAccuracy).toBeGreaterThan(0.9);
    expect((await evaluate(model, stripedImages(100, 4, 9))).accuracy).toBeGreaterThan(0.9);
    model.dispose();
  });

  it.each(['sgd', 'rmsprop', 'adagrad', 'adadelta'] as const)('learns with %s', async (kind) => {
    const learningRate = { sgd: 0.1, rmsprop: 0.003, adagrad: 0.03, adadelta: 3 }[kind];
    const model = mlp({ optimizer: { kind, learningRate } });
    const { history } = await fit(model, data, { epochs: 8, batchSize: 20 });
    expect(history.epochs[7].loss).toBeLessThan(0.7 * history.epochs[0].loss);
    model.dispose();
  });

  it.each([
    ['mlp', mlp],
    ['cnn', cnn],
  ])('gives a %s bit-identical weights from the same seed, others from another', async (_name, build) => {
    const first = await trainedWeights(build, {});
    expect(await trainedWeights(build, { seed: 0 })).toEqual(first);
    expect(await trainedWeights(build, { seed: 1 })).not.toEqual(first);
  });

  it('trains the smaller last batch, too', async () => {
    const model = mlp({ optimizer: { kind: 'sgd', learningRate: 0.1 } });
    const start = weightsOf(model);
    const tiny = stripedImages(5);
    const { history } = await fit(model, tiny, { epochs: 1, batchSize: 128 });
    expect(weightsOf(model)).not.toEqual(start);
    // Each image counts once: the share right is a multiple of a fifth.
    expect((history.epochs[0].accuracy * 5) % 1).toBeCloseTo(0, 10);
    model.dispose();
  });

  it('takes the first step that gradient descent by hand takes', async () => {
    const one = { ...stripedImages(4), name: 'one batch' };
    const model = new Stack(5).input([784]).output(4);
    compileModel(model, { optimizer: { kind: 'sgd', learningRate: 0.5 } });
    const [kernel, bias] = weightsOf(model);
    const { history } = await fit(model, one, { epochs: 1, batchSize: 4 });
    // Softmax regression: d loss / d w[p][c] = mean over images of x[p] * (probability[c] - truth[c]).
    let loss = 0;
    const expected = Float64Array.from(kernel);
    for (let i = 0; i < 4; i++) {
      const x = Array.from(one.images.subarray(i * 784, (i + 1) * 784), (pixel) => pixel / 255);
      const logits = bias.map((b, c) => x.reduce((sum, pixel, p) => sum + pixel * kernel[p * 4 + c], b));
      const total = logits.reduce((sum, z) => sum + Math.exp(z), 0);
      const probabilities = logits.map((z) => Math.exp(z) / total);
      loss -= Math.log(probabilities[one.labels[i]]) / 4;
      for (let p = 0; p < 784; p++) {
        for (let c = 0; c < 4; c++) {
          expected[p * 4 + c] -= (0.5 * x[p] * (probabilities[c] - (one.labels[i] === c ? 1 : 0))) / 4;
        }
      }
    }
    expect(history.epochs[0].loss).toBeCloseTo(loss, 5);
    const found = weightsOf(model)[0];
    expect(Math.max(...found.map((w, i) => Math.abs(w - expected[i])))).toBeLessThan(1e-5);
    model.dispose();
  });

  it('adds the regularization to training and validation loss', async () => {
    const config: CompileConfig = { optimizer: { kind: 'sgd', learningRate: 1e-9 } };
    const build = (l2: number) => {
      const model = new Stack(0, { l1: 0, l2 }).input([784]).dense(8, 'tanh').output(4);
      compileModel(model, config);
      return model;
    };
    const [plain, penalized] = [build(0), build(0.01)];
    const squares = weightsOf(plain)[0].reduce((sum, w) => sum + w * w, 0);
    const options = { epochs: 1, validationSplit: 0.5 };
    const [{ history: a }, { history: b }] = [await fit(plain, data, options), await fit(penalized, data, options)];
    expect(b.epochs[0].loss - a.epochs[0].loss).toBeCloseTo(0.01 * squares, 3);
    expect((b.epochs[0].valLoss as number) - (a.epochs[0].valLoss as number)).toBeCloseTo(0.01 * squares, 3);
    plain.dispose();
    penalized.dispose();
  });

  it('follows the schedule that the model was compiled with', async () => {
    const model = mlp({ optimizer: { kind: 'sgd', learningRate: 0.1 }, schedule: { kind: 'stepDecay', factor: 0.1, every: 1 } });
    const { history } = await fit(model, data, { epochs: 3 });
    expect(history.epochs.map(({ learningRate }) => learningRate)).toEqual(
      [0.1, 0.01, 0.001].map((rate) => expect.closeTo(rate, 12)),
    );
    model.dispose();
  });

  it("trains a model of the user's own making, with the learning rate it was compiled with", async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.flatten({ inputShape: [28, 28, 1] }),
        tf.layers.dense({ units: 8, activation: 'relu' }),
        tf.layers.dense({ units: 4, activation: 'softmax' }),
      ],
    });
    model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' });
    const { history } = await fit(model, data, { epochs: 5, batchSize: 20 });
    expect(history.epochs[4].learningRate).toBe(0.01);
    expect(history.epochs[4].loss).toBeLessThan(history.epochs[0].loss);
    model.dispose();
  });

  it('leaves no tensor behind, over epochs and over models', async () => {
    const before = tf.memory().numTensors;
    const during: number[] = [];
    for (let round = 0; round < 20; round++) {
      const model = round % 2 ? mlp() : cnn();
      await fit(model, stripedImages(24), {
        epochs: 3,
        batchSize: 10,
        validationSplit: 0.25,
        callbacks: [{ onEpochEnd: () => void during.push(tf.memory().numTensors) }, new EarlyStopping({ patience: 9 })],
      });
      model.dispose();
      expect(new Set(during.splice(0)).size).toBe(1);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it("keeps a dropout layer's own seed", async () => {
    const model = mlp();
    const seeds = () => model.layers.map((layer) => layer.getConfig().seed);
    const before = seeds();
    await fit(model, data, { epochs: 1 });
    expect(seeds()).toEqual(before);
    model.dispose();
  });
});

describe('fit reports', () => {
  it('progress from start to end', async () => {
    const seen: TrainingProgress[] = [];
    const ends: [TaskOutcome, TrainingProgress][] = [];
    trainingProgress.showWith((read) => {
      seen.push(read());
      return { update: () => seen.push(read()), end: async (outcome) => void ends.push([outcome, read()]) };
    });
    const model = mlp();
    const validation = takeSubset(data, 20, 0);
    const { history } = await fit(model, data, { epochs: 2, batchSize: 50, validation, title: 'My model' });
    await fit(model, data, { epochs: 1, title: null });
    model.dispose();
    expect(seen[0]).toMatchObject({ title: 'My model', epochs: 2, history: { epochs: [], batchSize: 50 } });
    expect(seen[0].step).toBeUndefined();
    // Four steps and the end of the epoch, twice.
    expect(seen.slice(1).map(({ step, history }) => [step?.epoch, step?.step, history.epochs.length])).toEqual([
      ...[1, 2, 3, 4].map((step) => [1, step, 0]),
      [1, 4, 1],
      ...[1, 2, 3, 4].map((step) => [2, step, 1]),
      [2, 4, 2],
    ]);
    expect(seen[1].step).toMatchObject({ steps: 4, loss: expect.any(Number) });
    expect(ends).toEqual([['done', expect.objectContaining({ history })]]);
  });

  it('each epoch to its callbacks, and stops where one throws', async () => {
    const ends: string[] = [];
    const kept: number[] = [];
    trainingProgress.showWith((read) => ({
      update() {},
      async end(outcome) {
        ends.push(outcome);
        kept.push(read().history.epochs.length);
      },
    }));
    const epochs: number[] = [];
    const model = mlp();
    const failing: Callback = {
      async onEpochEnd({ epoch }, training) {
        expect(training.model).toBe(model);
        epochs.push(epoch);
        if (epoch === 2) throw new Error('enough');
      },
      onTrainEnd: () => expect.unreachable(),
    };
    const before = tf.memory().numTensors;
    await expect(fit(model, data, { epochs: 5, callbacks: [failing] })).rejects.toThrow('enough');
    expect(epochs).toEqual([1, 2]);
    expect(ends).toEqual(['failed']);
    // The epoch whose callback threw is not finished.
    expect(kept).toEqual([1]);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it('in the history why it stopped, and whose weights it restored', async () => {
    const model = mlp();
    const scores = [1, 3, 2, 2, 9];
    const measure: Callback = { onEpochEnd: ({ epoch }) => ({ score: scores[epoch - 1] }) };
    const kept: Float32Array[][] = [];
    const keep: Callback = { onEpochEnd: (_, training) => void kept.push([...training.weights()]) };
    const stopping = new EarlyStopping({ monitor: 'score', mode: 'max', patience: 2 });
    const { history } = await fit(model, data, { epochs: 5, callbacks: [measure, keep, stopping] });
    expect(history.epochs.map(({ metrics }) => metrics)).toEqual([{ score: 1 }, { score: 3 }, { score: 2 }, { score: 2 }]);
    expect(history.bestEpoch).toBe(2);
    expect(history.stopped).toBe('score: no better than 3.000 in epoch 2 for 2 epochs');
    expect(kept[1]).not.toEqual(kept[3]);
    expect(weightsOf(model)).toEqual(kept[1].map((weight) => Array.from(weight)));
    expect(JSON.parse(JSON.stringify(history))).toEqual(history);
    model.dispose();
  });

  it('an interrupt as InterruptedError, after which the model trains again', async () => {
    const interrupts = (globalThis as Record<symbol, unknown>)[
      Symbol.for('inkwell.interrupts')
    ] as import('node:events').EventEmitter;
    const ends: string[] = [];
    trainingProgress.showWith(() => ({
      update: () => setImmediate(() => interrupts.emit('interrupt')),
      end: async (outcome) => void ends.push(outcome),
    }));
    const model = mlp();
    const before = tf.memory().numTensors;
    await expect(fit(model, data, { epochs: 1000, batchSize: 10 })).rejects.toThrow(InterruptedError);
    expect(ends).toEqual(['interrupted']);
    expect(tf.memory().numTensors).toBe(before);
    expect(interrupts.listenerCount('interrupt')).toBe(0);
    trainingProgress.showWith();
    expect((await fit(model, data, { epochs: 1 })).history.epochs).toHaveLength(1);
    model.dispose();
  });

  it('a loss that is no number, with epoch, step and learning rate', async () => {
    const model = mlp({ optimizer: { kind: 'sgd', learningRate: 1e38 } });
    await expect(fit(model, data, { epochs: 5, batchSize: 20 })).rejects.toThrow(
      /loss became (NaN|Infinity) in epoch \d, step \d+ of 10, at learning rate 1\.00e\+38; use a smaller/,
    );
    model.dispose();
  });
});

describe('fit refuses', () => {
  const refuse = async (options: Partial<FitOptions>, message: RegExp, train = data) => {
    const model = mlp();
    await expect(fit(model, train, { epochs: 1, ...options })).rejects.toThrow(message);
    model.dispose();
  };

  it('options out of range', async () => {
    await refuse({ epochs: 0 }, /epochs must be.*1 or more, but got 0/);
    await refuse({ epochs: 1.5 }, /epochs.*1\.5/);
    await refuse({ batchSize: 0 }, /batchSize.*got 0/);
    await refuse({ validationSplit: 1 }, /validationSplit.*below 1, but got 1/);
    await refuse({ validationSplit: -0.1 }, /validationSplit.*-0\.1/);
    await refuse({ validationSplit: 0.1, validation: data }, /exclude each other/);
    await refuse({ seed: -1 }, /seed.*-1/);
  });

  it('data that do not fit', async () => {
    await refuse({}, /train must have images/, stripedImages(0));
    await refuse({ validation: stripedImages(0) }, /validation must have images/);
    await refuse({ validation: stripedImages(10, 3) }, /validation must have the classes of train, but has 3 instead of 4/);
    await refuse({}, /output must be \[b, 3\].*but is \[b, 4\]/, stripedImages(10, 3));
  });

  it('models that do not fit', async () => {
    const withInput = (inputShape: number[], activation: 'softmax' | 'linear' = 'softmax') => {
      const model = tf.sequential();
      if (inputShape.length > 1) model.add(tf.layers.flatten({ inputShape }));
      model.add(tf.layers.dense({ units: 4, activation, ...(inputShape.length > 1 ? {} : { inputShape }) }));
      return model;
    };
    const refuseModel = async (model: tf.Sequential, message: RegExp, loss = 'categoricalCrossentropy') => {
      model.compile({ optimizer: 'sgd', loss });
      const before = tf.memory().numTensors;
      await expect(fit(model, data, { epochs: 1 })).rejects.toThrow(message);
      expect(tf.memory().numTensors).toBe(before);
      model.dispose();
    };
    await refuseModel(withInput([32, 32, 3]), /input must be \[b, 784\].*but is \[b, 32, 32, 3\]/);
    await refuseModel(withInput([784], 'linear'), /probabilities.*softmax/);
    await refuseModel(
      withInput([784]),
      /loss 'categoricalCrossentropy' or 'sparseCategoricalCrossentropy', but has "meanSquaredError"/,
      'meanSquaredError',
    );
    const bare = withInput([784]);
    await expect(fit(bare, data, { epochs: 1 })).rejects.toThrow(/must be compiled.*compileModel/);
    bare.dispose();
  });
});
