import { readdirSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { CompiledModel } from '../../../lib/compiler/compiled-model';
import { fasterConvolutionType } from '../../../lib/compiler/convolution-type';
import { NotCompilableError } from '../../../lib/compiler/not-compilable-error';
import { compileModel } from '../../../lib/recipe/compile';
import type { OptimizerConfig } from '../../../lib/recipe/optimizers';
import * as tf from '../../../lib/tensorflow';
import { createPlainTrainer } from '../../../lib/training/plain-trainer';
import { stripedImages } from '../training/striped-images';
import { drawWeights, nativeData, readWeights, relativeDifference } from './fixtures';
import { CLASSES, MODELS } from './models';
import { useOwnTemporaryFolder } from './temporary-folder';

const data = stripedImages(40, CLASSES);
const native = nativeData(data);
afterAll(() => native.dispose());

const { layers } = tf;

/** The images of a step, some of them in no order. */
const batchOf = (step: number) => Uint32Array.from({ length: 12 }, (_, i) => (7 * step + 3 * i) % data.size);

function prepare(build: () => tf.LayersModel, optimizer: OptimizerConfig = { kind: 'adam', learningRate: 1e-3 }) {
  const model = build();
  drawWeights(model);
  return compileModel(model, { optimizer });
}

function predictPlain(model: tf.LayersModel): Float32Array {
  return tf
    .tidy(() => {
      const images = tf.tensor4d(
        Float32Array.from(data.images, (level) => level / 255),
        [data.size, 28, 28, 1],
      );
      const x = model.inputs[0].shape.length === 2 ? images.reshape([data.size, 784]) : images;
      // As a tensor: tidy looks for tensors in what it returns, number by number.
      return tf.keep(model.predict(x) as tf.Tensor);
    })
    .dataSync<'float32'>();
}

const dropped = () =>
  tf.sequential({
    layers: [
      layers.inputLayer({ inputShape: [784] }),
      layers.dense({ units: 16, activation: 'relu' }),
      layers.batchNormalization({ momentum: 0.9 }),
      layers.dropout({ rate: 0.4 }),
      layers.dense({ units: CLASSES, activation: 'softmax' }),
    ],
  });

/** The stock prediction of these fails in TensorFlow.js. */
const NOT_PREDICTED = [
  'batch normalization without scale',
  'batch normalization without center',
  'batch normalization without both',
];

describe('predict', () => {
  it.each([...Object.entries(MODELS).filter(([name]) => !NOT_PREDICTED.includes(name)), ['dropout', dropped] as const])(
    'gives what the model predicts: %s',
    (_name, build) => {
      const model = prepare(build);
      const expected = predictPlain(model);
      const weights = readWeights(model);
      for (const training of [undefined, {}]) {
        const compiled = new CompiledModel(model, training);
        const found = compiled.predict(data.images);
        expect(found).toHaveLength(data.size * CLASSES);
        found.forEach((probability, i) => {
          expect(Math.abs(probability - expected[i])).toBeLessThan(1e-5);
        });
        compiled.store();
        compiled.dispose();
        expect(readWeights(model)).toEqual(weights);
      }
      model.dispose();
    },
  );

  it('takes any number of images', () => {
    const model = prepare(dropped);
    const compiled = new CompiledModel(model);
    const all = compiled.predict(data.images);
    const first = compiled.predict(data.images.slice(0, 784));
    expect(relativeDifference(first, all.slice(0, CLASSES))).toBeLessThan(1e-5);
    compiled.dispose();
    model.dispose();
  });

  it('is all that a model compiled without training does', () => {
    const model = prepare(dropped);
    const compiled = new CompiledModel(model);
    expect(() => compiled.step(native, batchOf(0), 1e-3, 0)).toThrow(/compiled for training/);
    expect(() => compiled.state()).toThrow(/compiled for training/);
    compiled.dispose();
    model.dispose();
  });
});

describe('load and store', () => {
  it('carry the weights of the model to the graph and back, and nothing else does', () => {
    const model = prepare(dropped);
    const compiled = new CompiledModel(model, {});
    const start = readWeights(model);
    compiled.step(native, batchOf(0), 1e-3, 0);
    expect(readWeights(model)).toEqual(start);
    compiled.store();
    const stepped = readWeights(model);
    stepped.forEach((weight, i) => {
      expect(weight).not.toEqual(start[i]);
    });

    drawWeights(model, 1);
    const drawn = readWeights(model);
    const before = compiled.predict(data.images);
    compiled.load();
    const after = compiled.predict(data.images);
    expect(relativeDifference(after, predictPlain(model))).toBeLessThan(1e-5);
    expect(relativeDifference(after, before)).toBeGreaterThan(0.01);
    compiled.store();
    expect(readWeights(model)).toEqual(drawn);
    compiled.dispose();
    model.dispose();
  });
});

const OPTIMIZERS: [string, OptimizerConfig][] = [
  ['sgd', { kind: 'sgd', learningRate: 0.01 }],
  ['momentum', { kind: 'sgd', learningRate: 0.01, momentum: 0.9 }],
  ['nesterov', { kind: 'sgd', learningRate: 0.01, momentum: 0.9, nesterov: true }],
  ['rmsprop', { kind: 'rmsprop', learningRate: 1e-3 }],
  ['adagrad', { kind: 'adagrad', learningRate: 0.01 }],
  ['adadelta', { kind: 'adadelta', learningRate: 1 }],
  ['adam', { kind: 'adam', learningRate: 1e-3 }],
  ['adamw', { kind: 'adamw', learningRate: 1e-3, weightDecay: 0.1 }],
];

describe('state', () => {
  it.each(OPTIMIZERS)('and weights make a training go on bit for bit: %s', (_name, optimizer) => {
    const rate = optimizer.learningRate;
    const whole = prepare(dropped, optimizer);
    const uncut = new CompiledModel(whole, {});
    const losses = Array.from({ length: 10 }, (_, i) => uncut.step(native, batchOf(i), rate, i).loss);
    uncut.store();

    const model = prepare(dropped, optimizer);
    const first = new CompiledModel(model, {});
    const found = Array.from({ length: 5 }, (_, i) => first.step(native, batchOf(i), rate, i).loss);
    const state = first.state();
    const kept = structuredClone(state);
    first.store();
    first.dispose();
    const second = new CompiledModel(model, { state });
    for (let i = 5; i < 10; i++) found.push(second.step(native, batchOf(i), rate, i).loss);
    second.store();
    expect(found).toEqual(losses);
    expect(readWeights(model)).toEqual(readWeights(whole));
    expect(second.state()).toEqual(uncut.state());
    expect(state).toEqual(kept);
    for (const one of [uncut, second, whole, model]) one.dispose();
  });

  it.each(OPTIMIZERS)('goes from the compiled steps to the plain path and back: %s', (_name, optimizer) => {
    const build = MODELS['batch normalization of images'];
    const rate = optimizer.learningRate;
    const [expected, model] = [prepare(build, optimizer), prepare(build, optimizer)];
    const plain = createPlainTrainer(expected, data, 'image');
    for (let i = 0; i < 15; i++) plain.step(batchOf(i), rate, i);

    let state: ReturnType<CompiledModel['state']> | undefined;
    for (let i = 0; i < 15; i++) {
      if (i % 5 !== 0) continue;
      const compiled = i === 5 ? undefined : new CompiledModel(model, { state });
      const trainer = compiled ?? createPlainTrainer(model, data, 'image', state);
      for (let step = i; step < i + 5; step++) {
        if (compiled) compiled.step(native, batchOf(step), rate, step);
        else (trainer as ReturnType<typeof createPlainTrainer>).step(batchOf(step), rate, step);
      }
      trainer.store();
      state = trainer.state();
      trainer.dispose();
    }
    expect(state?.step).toBe(15);
    const [before, after] = [readWeights(expected), readWeights(model)];
    model.weights.forEach(({ name }, i) => {
      expect(relativeDifference(after[i], before[i]), name).toBeLessThan(1e-4);
    });
    for (const one of [plain, expected, model]) one.dispose();
  });

  it('goes on with the weights behind a moving average bit for bit, compiled and on the plain path', () => {
    const optimizer: OptimizerConfig = { kind: 'adam', learningRate: 1e-3 };
    const averaging = (model: tf.LayersModel) => compileModel(model, { optimizer, emaMomentum: 0.9 });
    const start = (model: tf.LayersModel, state?: ReturnType<CompiledModel['state']>, plain = false) =>
      plain ? createPlainTrainer(model, data, 'flat', state) : new CompiledModel(model, { emaMomentum: 0.9, state });
    const take = (trainer: ReturnType<typeof start>, step: number) =>
      trainer instanceof CompiledModel
        ? trainer.step(native, batchOf(step), 1e-3, step)
        : trainer.step(batchOf(step), 1e-3, step);
    // From the 62nd step on averages take every fourth.
    const [left, steps] = [62, 68];
    for (const plain of [false, true]) {
      const whole = averaging(prepare(dropped, optimizer));
      const uncut = start(whole, undefined, plain);
      for (let step = 0; step < steps; step++) {
        take(uncut, step);
        // As after each epoch: the model shows its averages, and training goes on from the weights.
        uncut.store();
        uncut.load();
      }
      uncut.store();
      const model = averaging(prepare(dropped, optimizer));
      const first = start(model, undefined, plain);
      for (let step = 0; step < left; step++) take(first, step);
      first.store();
      const state = first.state();
      first.dispose();
      const second = start(model, state, plain);
      second.load();
      for (let step = left; step < steps; step++) take(second, step);
      second.store();
      expect(readWeights(model)).toEqual(readWeights(whole));
      expect(second.state()).toEqual(uncut.state());
      expect(() => new CompiledModel(model, { state })).toThrow(/emaMomentum must be above 0/);
      for (const one of [uncut, second, whole, model]) one.dispose();
    }
  });

  it('must be of the same optimizer and weights', () => {
    const model = prepare(dropped);
    const compiled = new CompiledModel(model, {});
    const state = compiled.state();
    compiled.dispose();
    const other = prepare(dropped, { kind: 'rmsprop', learningRate: 1e-3 });
    expect(() => new CompiledModel(other, { state })).toThrow(/must be Adam.*but is RMSProp/);
    const slots = state.slots.slice(1);
    expect(() => new CompiledModel(model, { state: { ...state, slots } })).toThrow(/fit the model's weights/);
    for (const one of [model, other]) one.dispose();
  });
});

describe('a moving average of the weights', () => {
  it('keeps 2/11 of the initial weights at the first step, 0.5 at most where that is the momentum', () => {
    const takeStep = (emaMomentum: number) => {
      const model = prepare(dropped, { kind: 'sgd', learningRate: 0.1 });
      const start = readWeights(model);
      const compiled = new CompiledModel(model, { emaMomentum });
      compiled.step(native, batchOf(0), 0.1, 0);
      const predicted = compiled.predict(data.images);
      compiled.store();
      expect(relativeDifference(predicted, predictPlain(model))).toBeLessThan(1e-5);
      const weights = readWeights(model);
      compiled.dispose();
      model.dispose();
      return { start, weights };
    };
    const { start, weights: stepped } = takeStep(0);
    for (const [momentum, kept] of [
      [0.9, 2 / 11],
      [0.1, 0.1],
    ]) {
      const { weights } = takeStep(momentum);
      weights.forEach((found, i) => {
        const expected = found.map((_, k) => kept * start[i][k] + (1 - kept) * stepped[i][k]);
        expect(relativeDifference(found, expected)).toBeLessThan(1e-6);
      });
    }
  });

  it('begins anew from weights that somebody else has set', () => {
    const model = prepare(dropped);
    const compiled = new CompiledModel(model, { emaMomentum: 0.99 });
    compiled.step(native, batchOf(0), 1e-3, 0);
    compiled.store();
    drawWeights(model, 3);
    compiled.load();
    expect(relativeDifference(compiled.predict(data.images), predictPlain(model))).toBeLessThan(1e-5);
    compiled.dispose();
    model.dispose();
  });
});

it('weighs the loss of each image by its class', () => {
  const model = prepare(MODELS['dense without bias'], { kind: 'sgd', learningRate: 0.1 });
  const one = [Uint32Array.of(0), Uint32Array.of(1), Uint32Array.of(2)];
  const lossesWith = (classWeights?: number[]) =>
    one.map((indices) => {
      const compiled = new CompiledModel(model, { classWeights });
      const { loss } = compiled.step(native, indices, 0.1, 0);
      compiled.dispose();
      return loss;
    });
  const [plain, weighed] = [lossesWith(), lossesWith([2, 1, 0.25])];
  [2, 1, 0.25].forEach((weight, label) => {
    expect(weighed[data.labels[label]]).toBeCloseTo(weight * plain[data.labels[label]], 5);
  });
  model.dispose();
});

describe.skipIf(fasterConvolutionType() === 'float32')('convolutions in bfloat16 (skipped where float32 is faster)', () => {
  it.each(Object.entries(MODELS))('train nearly as in float32: %s', (_name, build) => {
    const [exact, rough] = (['float32', 'bfloat16'] as const).map((convolutionType) => {
      const model = prepare(build, { kind: 'sgd', learningRate: 0.02 });
      const compiled = new CompiledModel(model, { convolutionType });
      const losses = Array.from({ length: 5 }, (_, i) => compiled.step(native, batchOf(i), 0.02, i).loss);
      compiled.store();
      const weights = readWeights(model);
      compiled.dispose();
      model.dispose();
      return { losses, weights };
    });
    // bfloat16 has 8 bits: a unit in the last place is 0.4 to 0.8 %.
    expect(relativeDifference(rough.losses, exact.losses)).toBeLessThan(0.02);
    rough.weights.forEach((found, i) => {
      expect(relativeDifference(found, exact.weights[i])).toBeLessThan(0.05);
    });
  });
});

/** A layer of another meaning under the name of the class that it extends. */
class Doubled extends tf.layers.Layer {
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x] = Array.isArray(inputs) ? inputs : [inputs];
    return x.mul(2);
  }
}
Object.defineProperty(Doubled, 'className', { value: 'ReLU' });

/** What all regularizers extend; TensorFlow.js does not export it. */
const Regularizer: new () => object = Object.getPrototypeOf(tf.regularizers.l2().constructor);

class Halving extends Regularizer {
  static readonly className = 'Halving';
  getClassName() {
    return Halving.className;
  }
  apply(x: tf.Tensor): tf.Scalar {
    return x.sum().mul(0.5);
  }
}

const chain =
  (...members: tf.layers.Layer[]) =>
  () => {
    const model = tf.sequential();
    model.add(layers.inputLayer({ inputShape: [28, 28, 1] }));
    for (const layer of members) model.add(layer);
    return model;
  };
const flatten = () => layers.flatten();
const classify = () => layers.dense({ units: CLASSES, activation: 'softmax' });
const name = 'culprit';

/** What the compiler does not know, with the layer at fault called `culprit`. */
const UNKNOWN: Record<string, [build: () => tf.LayersModel, reason: RegExp]> = {
  'another class of layers': [
    chain(layers.separableConv2d({ filters: 2, kernelSize: 3, name }), flatten(), classify()),
    /SeparableConv2D/,
  ],
  'a class of the user that extends a known one': [
    () => {
      const Dense = layers.dense({ units: 1 }).constructor as new (args: object) => tf.layers.Layer;
      class Mine extends Dense {}
      return chain(flatten(), new Mine({ units: 4, name }), classify())();
    },
    /Mine/,
  ],
  'a class of the user that bears a known name': [chain(new Doubled({ name }), flatten(), classify()), /Doubled/],
  'channels first': [
    chain(
      layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same', dataFormat: 'channelsFirst', name }),
      flatten(),
      classify(),
    ),
    /channels first/,
  ],
  'a constraint': [
    chain(flatten(), layers.dense({ units: 4, kernelConstraint: tf.constraints.nonNeg(), name }), classify()),
    /constrained/,
  ],
  'a regularizer of the user': [
    chain(flatten(), layers.dense({ units: 4, kernelRegularizer: new Halving() as never, name }), classify()),
    /regularizer Halving/,
  ],
  'an output without softmax': [
    chain(flatten(), layers.dense({ units: CLASSES, activation: 'sigmoid', name })),
    /without softmax/,
  ],
  'a model as a layer': [
    () => {
      const inner = tf.sequential({ name, layers: [layers.dense({ units: 4, inputShape: [784] })] });
      return chain(flatten(), inner, classify())();
    },
    /Sequential/,
  ],
  'another activation': [chain(flatten(), layers.dense({ units: 4, activation: 'softplus', name }), classify()), /softplus/],
  'batch normalization along another axis': [
    chain(layers.batchNormalization({ axis: 1, name }), flatten(), classify()),
    /axis 1/,
  ],
  'dense on images': [chain(layers.dense({ units: 4, name }), flatten(), classify()), /rank 4/],
  'relu with a limit': [chain(layers.reLU({ maxValue: 6, name }), flatten(), classify()), /maxValue/],
  'softmax along another axis': [chain(layers.softmax({ axis: 1, name }), flatten(), classify()), /axis 1/],
};

describe('NotCompilableError', () => {
  const own = useOwnTemporaryFolder();

  it.each(Object.entries(UNKNOWN))('names the layer: %s', (_name, [build, reason]) => {
    const model = compileModel(build(), { optimizer: { kind: 'sgd', learningRate: 0.1 } });
    const before = tf.memory().numTensors;
    let error: unknown;
    try {
      new CompiledModel(model, {});
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(NotCompilableError);
    expect((error as Error).message).toMatch(/layer culprit /);
    expect((error as Error).message).toMatch(reason);
    expect(tf.memory().numTensors).toBe(before);
    expect(readdirSync(own)).toEqual([]);
    model.dispose();
  });
});

it('leaves no session behind where the state to go on from does not fit', () => {
  const model = compileModel(
    tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [784], activation: 'softmax' })] }),
    { optimizer: { kind: 'adam', learningRate: 0.1 } },
  );
  const before = tf.node.getNumOfSavedModels();
  const state = { optimizer: 'Adam', step: 1, slots: [new Float32Array(1)] };
  expect(() => new CompiledModel(model, { state })).toThrow(/must fit the model's weights/);
  // The next model takes the graph that was left.
  const left = tf.node.getNumOfSavedModels();
  expect(left).toBeLessThanOrEqual(before + 1);
  const compiled = new CompiledModel(model, {});
  expect(tf.node.getNumOfSavedModels()).toBe(left);
  compiled.dispose();
  expect(tf.node.getNumOfSavedModels()).toBe(left);
  model.dispose();
});
