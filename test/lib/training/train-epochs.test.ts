import type { EventEmitter } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { compileModel } from '../../../lib/recipe/compile';
import type { OptimizerConfig } from '../../../lib/recipe/optimizers';
import type { ScheduleConfig } from '../../../lib/recipe/schedules';
import * as tf from '../../../lib/tensorflow';
import type { Callback } from '../../../lib/training/callbacks';
import { readCheckpoint, readWeights, type TrainingSnapshot, writeCheckpoint } from '../../../lib/training/checkpoint';
import { EarlyStopping } from '../../../lib/training/early-stopping';
import type { EpochRecord } from '../../../lib/training/history';
import { InterruptedError, watchInterrupts } from '../../../lib/training/interrupt';
import {
  DivergedError,
  type EpochEnd,
  type TrainEpochsOptions,
  type TrainingEnd,
  trainEpochs,
} from '../../../lib/training/train-epochs';
import { Stack } from '../../../src/models/stack';
import { stripedImages } from './striped-images';

const data = stripedImages(30);
const validation = stripedImages(12, 4, 7);
const EPOCHS = 4;
const cosine: ScheduleConfig = { kind: 'cosineAnnealing' };
const adam: OptimizerConfig = { kind: 'adam', learningRate: 0.01 };

function mlp(optimizer: OptimizerConfig = adam): tf.LayersModel {
  const stack = new Stack(0, { l1: 0, l2: 1e-4 }).input([784]).dense(8, 'relu', true).dropout(0.3);
  return compileModel(stack.output(4), { optimizer, schedule: cosine });
}

function cnn(optimizer: OptimizerConfig = adam): tf.LayersModel {
  const stack = new Stack().input([28, 28, 1]).convolution(3, 3, 'elu', true).maxPooling(4).flatten().dropout(0.3);
  return compileModel(stack.dense(6, 'tanh', true).output(4), { optimizer, schedule: cosine });
}

interface Run extends TrainingEnd {
  /** After the training, moving averages included. */
  readonly weights: Float32Array[];
  /** After each epoch trained in this run. */
  readonly snapshots: TrainingSnapshot[];
}

/** Trains a fresh model, and leaves no tensor behind. */
async function run(build: () => tf.LayersModel, options: Partial<TrainEpochsOptions> = {}): Promise<Run> {
  const before = tf.memory().numTensors;
  const model = build();
  const built = tf.memory().numTensors;
  const snapshots: TrainingSnapshot[] = [];
  const training = trainEpochs(model, data, { epochs: EPOCHS, batchSize: 8, validation, seed: 5, ...options });
  let next = await training.next();
  while (!next.done) {
    snapshots.push(next.value.snapshot());
    next = await training.next();
  }
  const weights = readWeights(model);
  expect(tf.memory().numTensors).toBe(built);
  model.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return { ...next.value, weights, snapshots };
}

/** The epochs without the time they took. */
function timeless(records: readonly EpochRecord[]) {
  return records.map(({ seconds, ...record }) => record);
}

/** Expects `again`, given what `whole` had come to after each of its epochs, to end like it; by way of a checkpoint file. */
async function resumeEach(
  whole: Run,
  path: string,
  again: (resume: TrainEpochsOptions['resume']) => Promise<Run>,
): Promise<void> {
  for (const [i, snapshot] of whole.snapshots.entries()) {
    await writeCheckpoint(path, snapshot);
    // Records go through JSON, as they do in a search's journal.
    const records = JSON.parse(JSON.stringify(whole.records.slice(0, i + 1)));
    const resumed = await again({ records, snapshot: await readCheckpoint(path) });
    expect(resumed.weights).toEqual(whole.weights);
    expect(resumed.snapshots).toEqual(whole.snapshots.slice(i + 1));
    expect(timeless(resumed.records)).toEqual(timeless(whole.records));
    expect([resumed.stopped, resumed.bestEpoch]).toEqual([whole.stopped, whole.bestEpoch]);
  }
}

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'inkwell-epochs-'));
});
afterAll(() => rm(root, { recursive: true }));

const OPTIMIZERS: OptimizerConfig[] = [
  { kind: 'sgd', learningRate: 0.05 },
  { kind: 'sgd', learningRate: 0.05, momentum: 0.9 },
  { kind: 'sgd', learningRate: 0.05, momentum: 0.9, nesterov: true },
  adam,
  { kind: 'adamw', learningRate: 0.01, weightDecay: 0.1 },
  { kind: 'rmsprop', learningRate: 0.003 },
  { kind: 'adagrad', learningRate: 0.03 },
  { kind: 'adadelta', learningRate: 1 },
];

describe('a training left after any epoch and resumed from its checkpoint', () => {
  it.each(
    OPTIMIZERS.flatMap((optimizer) => [
      { name: 'mlp', build: () => mlp(optimizer), optimizer },
      { name: 'cnn', build: () => cnn(optimizer), optimizer },
    ]),
  )('ends bit for bit like the unbroken one: $name, $optimizer', async ({ build }) => {
    const whole = await run(build);
    expect(whole.records.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    expect(whole.snapshots[0].weights).not.toEqual(whole.weights);
    await resumeEach(whole, join(root, 'whole.ckpt'), (resume) => run(build, { resume }));
  });

  it('goes as far as asked in each part, on the schedule of the whole', async () => {
    const whole = await run(mlp);
    expect(whole.records[3].learningRate).toBeLessThan(0.1 * adam.learningRate);
    const first = await run(mlp, { until: 1 });
    expect(first.snapshots).toEqual(whole.snapshots.slice(0, 1));
    expect(first).not.toHaveProperty('stopped');
    const second = await run(mlp, { until: 3, resume: { records: first.records, snapshot: first.snapshots[0] } });
    const resume = { records: second.records, snapshot: second.snapshots[1] };
    expect(await run(mlp, { until: 3, resume })).toMatchObject({ snapshots: [], weights: second.weights });
    const third = await run(mlp, { resume });
    expect(third.weights).toEqual(whole.weights);
    expect(timeless(third.records)).toEqual(timeless(whole.records));
  });

  it('can be resumed from one snapshot more than once', async () => {
    // TensorFlow shares the memory of the arrays it is given, and its optimizers write to their slots in place.
    const build = () => compileModel(new Stack().input([784]).dense(256, 'relu').output(4), { optimizer: adam });
    const { snapshots, records } = await run(build, { until: 1 });
    const kept = structuredClone(snapshots[0]);
    const again = () => run(build, { until: 2, resume: { records, snapshot: snapshots[0] } });
    const bytes = (arrays: readonly Float32Array[] = []) => Buffer.concat(arrays.map(({ buffer }) => Buffer.from(buffer)));
    const [first, second] = [bytes((await again()).weights), bytes((await again()).weights)];
    expect(first.equals(second)).toBe(true);
    expect(bytes(snapshots[0].weights).equals(bytes(kept.weights))).toBe(true);
    expect(bytes(snapshots[0].optimizer?.slots).equals(bytes(kept.optimizer?.slots))).toBe(true);
  });

  it('keeps what its callbacks remember, and their metrics', async () => {
    const callbacks = (): Callback[] => {
      let sum = 0;
      const running: Callback = {
        onTrainBegin(_, state) {
          sum = state ? (state.arrays as Float32Array[])[0][0] : 0;
        },
        onEpochEnd({ epoch }) {
          sum += epoch;
          return { sum };
        },
        state: () => ({ values: null, arrays: [Float32Array.of(sum)] }),
      };
      // Worst at the second epoch, so that it stops after the third and restores the first.
      const doubled: Callback = {
        onEpochEnd: async ({ epoch, metrics }) => ({ doubled: 2 * (metrics?.sum ?? Number.NaN), bad: epoch }),
      };
      return [running, doubled, new EarlyStopping({ monitor: 'bad', mode: 'min', patience: 2 })];
    };
    const whole = await run(mlp, { callbacks: callbacks() });
    expect(whole.records.map(({ metrics }) => metrics)).toEqual([
      { sum: 1, doubled: 2, bad: 1 },
      { sum: 3, doubled: 6, bad: 2 },
      { sum: 6, doubled: 12, bad: 3 },
    ]);
    expect(whole).toMatchObject({ stopped: 'bad: no better than 1.000 in epoch 1 for 2 epochs', bestEpoch: 1 });
    expect(whole.weights).toEqual(whole.snapshots[0].weights);
    expect(whole.snapshots[2].weights).toEqual(whole.snapshots[0].weights);
    await resumeEach(whole, join(root, 'callbacks.ckpt'), (resume) => run(mlp, { resume, callbacks: callbacks() }));
  });
});

describe('the end of a training', () => {
  const stopping = () => [new EarlyStopping({ monitor: 'epoch', mode: 'min', patience: 9 })];

  it('restores the best weights at the last epoch, but not where it is left before', async () => {
    const whole = await run(mlp, { callbacks: stopping() });
    expect(whole.bestEpoch).toBe(1);
    expect(whole.stopped).toBeUndefined();
    expect(whole.weights).toEqual(whole.snapshots[0].weights);
    const left = await run(mlp, { callbacks: stopping(), until: 3 });
    expect(left.bestEpoch).toBeUndefined();
    expect(left.weights).toEqual(whole.snapshots[2].weights);
  });

  it('is none where a callback stops at the last epoch', async () => {
    const late: Callback = {
      onEpochEnd({ epoch }, training) {
        if (epoch === EPOCHS) training.stop('late');
      },
    };
    expect(await run(mlp, { callbacks: [late] })).not.toHaveProperty('stopped');
  });

  it('is told to callbacks in order, once', async () => {
    const calls: string[] = [];
    const callback = (name: string): Callback => ({
      onTrainBegin: ({ epochs, seed, records }) => void calls.push(`${name} begin ${epochs} ${seed} ${records.length}`),
      onEpochEnd: ({ epoch }, { records }) => void calls.push(`${name} ${epoch} ${records.length}`),
      onTrainEnd: ({ records }) => void calls.push(`${name} end ${records.length}`),
    });
    await run(mlp, { epochs: 2, callbacks: [callback('a'), callback('b')] });
    expect(calls).toEqual([...['a begin 2 5 0', 'b begin 2 5 0', 'a 1 0', 'b 1 0', 'a 2 1', 'b 2 1', 'a end 2', 'b end 2']]);
  });

  it('keeps the first reason of two callbacks that stop', async () => {
    const stop = (reason: string): Callback => ({ onEpochEnd: (_, training) => training.stop(reason) });
    const end = await run(mlp, { callbacks: [stop('first'), stop('second')] });
    expect([end.stopped, end.records.length]).toEqual(['first', 1]);
  });
});

describe('a consumer', () => {
  it('is told of each step', async () => {
    const steps: unknown[] = [];
    const onStep: TrainEpochsOptions['onStep'] = ({ epoch, step, steps: all, loss, accuracy, imagesPerSecond }) => {
      expect(loss).toBeGreaterThan(0);
      expect(imagesPerSecond).toBeGreaterThan(0);
      steps.push([epoch, step, all, accuracy]);
    };
    const { records } = await run(mlp, { until: 2, onStep });
    expect(steps).toHaveLength(8);
    expect(steps[3]).toEqual([1, 4, 4, records[0].accuracy]);
    expect(steps[7]).toEqual([2, 4, 4, records[1].accuracy]);
  });

  it('may leave at any epoch; the model stays as it is, and nothing else', async () => {
    const whole = await run(mlp);
    const model = mlp();
    const before = tf.memory().numTensors;
    for await (const { record } of trainEpochs(model, data, { epochs: EPOCHS, batchSize: 8, validation, seed: 5 })) {
      if (record.epoch === 2) break;
    }
    expect(tf.memory().numTensors).toBe(before);
    expect(readWeights(model)).toEqual(whole.snapshots[1].weights);
    await trainEpochs(model, data, { epochs: 1 }).return({ records: [] });
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it('must take a snapshot in time, but for the last', async () => {
    const model = mlp();
    const training = trainEpochs(model, data, { epochs: 2 });
    const [first, second] = [await training.next(), await training.next()];
    if (first.done || second.done) return expect.unreachable();
    await training.next();
    expect(() => first.value.snapshot()).toThrow(/snapshot of epoch 1 must be taken before the next epoch/);
    expect(second.value.snapshot()).toMatchObject({ epoch: 2, end: {}, weights: readWeights(model) });
    model.dispose();
  });
});

describe('a training that fails', () => {
  const emitter = () => (globalThis as Record<symbol, unknown>)[Symbol.for('inkwell.interrupts')] as EventEmitter;
  let model: tf.LayersModel;
  let before: number;
  const start = (options: Partial<TrainEpochsOptions>) => {
    model = mlp();
    before = tf.memory().numTensors;
    return trainEpochs(model, data, { epochs: EPOCHS, batchSize: 8, validation, ...options });
  };
  afterEach(() => {
    expect(tf.memory().numTensors).toBe(before);
    expect(emitter().listenerCount('interrupt')).toBe(0);
    model.dispose();
  });

  it('by an interrupt keeps nothing', async () => {
    await expect(
      start({ onStep: ({ step }) => step === 2 && setImmediate(() => emitter().emit('interrupt')) }).next(),
    ).rejects.toThrow(InterruptedError);
  });

  it('by an interrupt between two epochs has given out the epoch', async () => {
    const training = start({});
    expect((await training.next()).value).toMatchObject({ record: { epoch: 1 } });
    emitter().emit('interrupt');
    await expect(training.next()).rejects.toThrow(InterruptedError);
  });

  it.each(['onTrainBegin', 'onEpochEnd', 'onTrainEnd'] as const)('in %s keeps nothing', async (method) => {
    const fail = () => {
      throw new Error('no luck');
    };
    await expect(start({ epochs: 1, callbacks: [{ [method]: fail }] }).next()).rejects.toThrow('no luck');
  });

  it('by a loss that is no number says so', async () => {
    model = compileModel(new Stack().input([784]).output(4), { optimizer: { kind: 'sgd', learningRate: 1e38 } });
    before = tf.memory().numTensors;
    await expect(trainEpochs(model, data, { epochs: 5, batchSize: 8 }).next()).rejects.toThrow(DivergedError);
  });

  it('by a metric that is no number, or has a name that is taken', async () => {
    const metric = (metrics: object): Callback => ({ onEpochEnd: () => metrics as Record<string, number> });
    await expect(start({ callbacks: [metric({ f1: '1' })] }).next()).rejects.toThrow(/metric "f1".*number, but is "1"/);
    model.dispose();
    await expect(start({ callbacks: [metric({ valLoss: 1 })] }).next()).rejects.toThrow(/"valLoss".*must have a new name/);
    model.dispose();
    await expect(start({ callbacks: [metric({ f1: 1 }), metric({ f1: 2 })] }).next()).rejects.toThrow(/"f1".*new name/);
  });
});

describe('the loss', () => {
  // Labels 0, 1, 2, 0, and a model that says 1/2, 1/4, 1/4 of every image.
  const four = stripedImages(4, 3);
  const build = () => {
    const model = new Stack().input([784]).output(3) as tf.Sequential;
    tf.tidy(() => model.setWeights([tf.zeros([784, 3]), tf.log(tf.tensor1d([0.5, 0.25, 0.25]))]));
    return model;
  };
  const train = async (model: tf.LayersModel) => {
    const training = trainEpochs(model, four, { epochs: 1, validation: four });
    const { loss, valLoss } = ((await training.next()).value as EpochEnd).record;
    await training.next();
    const bias = Array.from(readWeights(model)[1]);
    model.dispose();
    return { loss, valLoss, bias };
  };

  it('is that of smoothed labels, in training and validation, worked by hand', async () => {
    const before = tf.memory().numTensors;
    const sgd = { kind: 'sgd', learningRate: 1e-9 } as const;
    // Of the labels 1.5 log 2, of the uniform distribution 5/3 log 2; 0.7 of the one and 0.3 of the other is 1.55 log 2.
    const { loss, valLoss } = await train(compileModel(build(), { optimizer: sgd, labelSmoothing: 0.3 }));
    expect(loss).toBeCloseTo(1.55 * Math.log(2), 6);
    expect(valLoss).toBeCloseTo(1.55 * Math.log(2), 6);
    const plain = await train(compileModel(build(), { optimizer: sgd }));
    expect(plain.loss).toBeCloseTo(1.5 * Math.log(2), 6);
    expect(plain.valLoss).toBeCloseTo(1.5 * Math.log(2), 6);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('of smoothed labels has their gradient, worked by hand', async () => {
    const optimizer = { kind: 'sgd', learningRate: 1 } as const;
    const { bias } = await train(compileModel(build(), { optimizer, labelSmoothing: 0.3 }));
    // Softmax's gradient is what the model says less the mean smoothed label, 0.7 * (1/2, 1/4, 1/4) + 0.1.
    const gradient = [0.05, -0.025, -0.025];
    [0.5, 0.25, 0.25].forEach((p, c) => {
      expect(bias[c]).toBeCloseTo(Math.log(p) - gradient[c], 6);
    });
  });

  it('may be called sparse: the labels of a data set are class indices', async () => {
    const [sparse, dense] = await Promise.all(
      ['sparseCategoricalCrossentropy', 'categoricalCrossentropy'].map((loss) => {
        const model = build();
        model.compile({ optimizer: 'sgd', loss });
        return train(model);
      }),
    );
    expect(sparse).toEqual(dense);
    expect(sparse.loss).toBeCloseTo(1.5 * Math.log(2), 6);
  });
});

describe('trainEpochs refuses', () => {
  it('a resume that does not fit, at once', async () => {
    const { records, snapshots } = await run(mlp, { until: 2, callbacks: [{}] });
    const resume = { records, snapshot: snapshots[1] };
    const model = mlp();
    const refuse = (options: Partial<TrainEpochsOptions>, message: RegExp) =>
      expect(() => trainEpochs(model, data, { epochs: EPOCHS, ...options })).toThrow(message);
    refuse({ until: 5 }, /until must be.*from 0.*to 4 \(epochs\), but got 5/);
    refuse({ until: 0 }, /until must be.*1 or more, but got 0/);
    refuse({ until: 1, resume }, /until must be.*from 2.*but got 1/);
    refuse({ resume }, /callbacks must be those that the training began with \(1 of them\), but got 0/);
    refuse({ resume: { records: [], snapshot: snapshots[1] } }, /taken after epoch 2, but has 0 records/);
    model.dispose();
  });

  it('a model unlike the one of the snapshot', async () => {
    const { records, snapshots } = await run(mlp, { until: 1 });
    const resume = { records, snapshot: snapshots[0] };
    const before = tf.memory().numTensors;
    for (const [model, message] of [
      [cnn(), /snapshot must fit the model/],
      [mlp({ kind: 'sgd', learningRate: 0.1 }), /optimizer must be Adam.*but is SGD/],
    ] as const) {
      const built = tf.memory().numTensors;
      await expect(trainEpochs(model, data, { epochs: EPOCHS, resume }).next()).rejects.toThrow(message);
      expect(tf.memory().numTensors).toBe(built);
      model.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('watchInterrupts', () => {
  it('aborts its signal at the interrupt, and no more once stopped', () => {
    const [watched, stopped] = [watchInterrupts(), watchInterrupts()];
    stopped.stop();
    expect(watched.signal.aborted).toBe(false);
    watched.check();
    (globalThis as unknown as Record<symbol, EventEmitter>)[Symbol.for('inkwell.interrupts')].emit('interrupt');
    expect([watched.signal.aborted, stopped.signal.aborted]).toEqual([true, false]);
    expect(() => watched.check()).toThrow(InterruptedError);
    watched.stop();
  });
});
