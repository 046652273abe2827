import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CompiledModel } from '../../../lib/compiler/compiled-model';
import { Graph } from '../../../lib/compiler/graph';
import { compileModel } from '../../../lib/recipe/compile';
import * as tf from '../../../lib/tensorflow';
import { stripedImages } from '../training/striped-images';
import { drawWeights, nativeData, readWeights, relativeDifference } from './fixtures';
import { CLASSES, MODELS } from './models';
import { referenceLoss, type WeightValues } from './reference';

const data = stripedImages(5, CLASSES);
const everyImage = Uint32Array.from(data.labels.keys());

/** Of the norm of a gradient. */
const TOLERANCE = 1e-4;

/** At most some 50 numbers, evenly spaced: what is compared of a gradient. */
function thin<T extends Float32Array | Float64Array>(numbers: T): T {
  const every = Math.ceil(numbers.length / 50);
  return numbers.filter((_, i) => i % every === 0) as T;
}

/** The gradients of the trained weights, thinned, by central differences of the reference. */
function differentiate(model: tf.LayersModel, smoothing: number): Float64Array[] {
  const values: WeightValues = new Map(model.weights.map((weight) => [weight, Float64Array.from(weight.read().dataSync())]));
  const loss = () => referenceLoss(model, values, data.images, data.labels, smoothing);
  const h = 1e-6;
  return model.trainableWeights.map((weight) => {
    const numbers = values.get(weight) as Float64Array;
    const places = thin(Float64Array.from(numbers.keys()));
    return places.map((i) => {
      const value = numbers[i];
      numbers[i] = value + h;
      const above = loss();
      numbers[i] = value - h;
      const below = loss();
      numbers[i] = value;
      return (above - below) / (2 * h);
    });
  });
}

/** The largest relative difference between a gradient of the compiled model and the expected one. */
function measureError(model: tf.LayersModel, labelSmoothing: number, expected: readonly Float64Array[]): number {
  // What gradient descent takes from a weight is the rate times the gradient. A rate this large makes the weight itself
  // vanish beside it, and with it the rounding of the difference.
  const rate = 2 ** 12;
  const before = readWeights(model);
  const native = nativeData(data);
  const compiled = new CompiledModel(model, { labelSmoothing });
  compiled.step(native, everyImage, rate, 0);
  compiled.store();
  compiled.dispose();
  native.dispose();
  const after = readWeights(model);
  restore(model, before);
  const errors = model.trainableWeights.map((weight, order) => {
    const i = model.weights.indexOf(weight);
    return relativeDifference(thin(after[i].map((value, k) => (before[i][k] - value) / rate)), expected[order]);
  });
  return Math.max(...errors);
}

function restore(model: tf.LayersModel, weights: readonly Float32Array[]): void {
  model.weights.forEach((weight, i) => {
    const value = tf.tensor(weights[i], weight.shape as number[]);
    (weight.read() as tf.Variable).assign(value);
    value.dispose();
  });
}

/**
 * The float32 tensors that only the gradients depend on, in the graph of `model`: one for each output of each op, and for
 * each set of attributes, since the two gradients of a matrix product are one op.
 */
function backwardTensors(model: tf.LayersModel, labelSmoothing: number): string[] {
  const graphs = new Set<Graph>();
  const floats = new Set<string>();
  const { add } = Graph.prototype;
  vi.spyOn(Graph.prototype, 'add').mockImplementation(function (this: Graph, op, inputs, ...rest) {
    graphs.add(this);
    for (const { name, dtype } of inputs) if (dtype === 'float32') floats.add(name);
    return add.call(this, op, inputs, ...rest);
  });
  new CompiledModel(model, { labelSmoothing }).dispose();
  vi.restoreAllMocks();
  const [{ nodes }] = graphs;
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const ancestors = (roots: readonly string[]): Set<string> => {
    const found = new Set<string>();
    const visit = (tensor: string) => {
      if (tensor.startsWith('^') || found.has(tensor)) return;
      found.add(tensor);
      byName.get(tensor.split(':')[0])?.inputs.forEach(visit);
    };
    roots.forEach(visit);
    return found;
  };
  const updates = nodes.filter(({ op }) => op === 'ResourceApplyGradientDescent');
  const results = nodes.filter(({ inputs }) => inputs.some((name) => name.startsWith('^ResourceApply')));
  const forward = ancestors(results.flatMap(({ inputs }) => inputs));
  const backward = [...ancestors(updates.map(({ inputs }) => inputs[2]))].filter(
    // The last output of a batch normalization is empty without a GPU.
    (tensor) => floats.has(tensor) && !forward.has(tensor) && !/^FusedBatchNormV3_\d+:5$/.test(tensor),
  );
  const kinds = backward.map((tensor) => {
    const [name, index] = tensor.split(':');
    const node = byName.get(name);
    return [`${node?.op} ${index} ${node?.attributes.map(([attribute]) => attribute)}`, tensor] as const;
  });
  return [...new Map(kinds).values()];
}

/** Makes every graph to come use `1.02 tensor` in place of `tensor`. */
function corrupt(tensor: string): void {
  const { add } = Graph.prototype;
  let scaled = tensor;
  vi.spyOn(Graph.prototype, 'add').mockImplementation(function (this: Graph, op, inputs, ...rest) {
    const name = add.call(
      this,
      op,
      inputs.map((input) => (input.name === tensor ? { ...input, name: scaled } : input)),
      ...rest,
    );
    if (tensor.startsWith(`${name}:`)) {
      scaled = this.float('Mul', [{ name: tensor, dtype: 'float32' }, this.constant(1.02)]).name;
    }
    return name;
  });
}

const cases: [string, () => tf.LayersModel, number][] = [
  ...Object.entries(MODELS).map(([name, build]): [string, () => tf.LayersModel, number] => [name, build, 0]),
  ['label smoothing', MODELS['dense without bias'], 0.1],
];

describe.each(cases)('the gradients of a model: %s', (_name, build, smoothing) => {
  let model: tf.LayersModel;
  let expected: Float64Array[];
  beforeAll(() => {
    model = compileModel(build(), { optimizer: { kind: 'sgd', learningRate: 1 } });
    drawWeights(model);
    expected = differentiate(model, smoothing);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  afterAll(() => model.dispose());

  it('are those of finite differences in double precision', () => {
    const error = measureError(model, smoothing, expected);

    expect(error).toBeLessThan(TOLERANCE);
  });

  it('would not be, were the result of any op of the backward pass 2 % too large', () => {
    const tensors = backwardTensors(model, smoothing);
    expect(tensors.length).toBeGreaterThan(3);

    for (const tensor of tensors) {
      corrupt(tensor);
      expect(measureError(model, smoothing, expected), tensor).toBeGreaterThan(10 * TOLERANCE);
      vi.restoreAllMocks();
    }
  });
});
