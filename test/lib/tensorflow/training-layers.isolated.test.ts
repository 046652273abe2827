import { describe, expect, it, vi } from 'vitest';
import * as tf from '../../../lib/tensorflow';

/** A fixed tensor with values of both signs, none of them 0. */
function sample(shape: number[], salt = 1): tf.Tensor {
  const size = shape.reduce((product, side) => product * side, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(1.7 * i * salt + 0.3)),
    shape,
  );
}

function expectClose(actual: tf.Tensor, expected: tf.Tensor, tolerance = 1e-5): void {
  expect(actual.shape).toEqual(expected.shape);
  const difference = tf.tidy(() => actual.sub(expected).abs().max().dataSync()[0]);
  expect(difference).toBeLessThan(tolerance);
}

/** The training output of a layer, and the gradients of `sum(output * weights)` by its input and its weights. */
function differentiate(layer: tf.layers.Layer, x: tf.Tensor): { y: tf.Tensor; dx: tf.Tensor; dw: tf.Tensor[] } {
  const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
  let y = tf.scalar(0) as tf.Tensor;
  const loss = (input: tf.Tensor) => {
    const output = layer.apply(input, { training: true }) as tf.Tensor;
    y = tf.keep(output);
    return output.mul(sample(output.shape, 3)).sum() as tf.Scalar;
  };
  const dx = tf.grad((input: tf.Tensor) => loss(input))(x);
  const grads = variables.length === 0 ? {} : tf.variableGrads(() => loss(x), variables).grads;
  return { y, dx, dw: variables.map((variable) => grads[variable.name]) };
}

describe('layers while training', () => {
  it('dense gives what matrix product, sum and activation give', () => {
    const layer = tf.layers.dense({ units: 3, activation: 'tanh', biasInitializer: 'randomNormal' });
    const x = sample([5, 4]);
    layer.apply(x);
    const [kernel, bias] = layer.trainableWeights.map((weight) => weight.read());
    const reference = (a: tf.Tensor, k: tf.Tensor, b: tf.Tensor) =>
      tf.tanh(tf.add(tf.matMul(a as tf.Tensor2D, k as tf.Tensor2D), b));
    const { y, dx, dw } = differentiate(layer, x);
    expectClose(y, reference(x, kernel, bias));
    const expected = tf.grads((a: tf.Tensor, k: tf.Tensor, b: tf.Tensor) =>
      reference(a, k, b)
        .mul(sample([5, 3], 3))
        .sum(),
    )([x, kernel, bias]);
    expectClose(dx, expected[0]);
    expectClose(dw[0], expected[1]);
    expectClose(dw[1], expected[2]);
  });

  it.each(['same', 'valid'] as const)('conv2d gives what convolution, sum and activation give, padding %s', (padding) => {
    const layer = tf.layers.conv2d({
      filters: 3,
      kernelSize: 3,
      strides: 2,
      padding,
      activation: 'relu',
      biasInitializer: 'randomNormal',
    });
    const x = sample([2, 7, 7, 2]);
    layer.apply(x);
    const [kernel, bias] = layer.trainableWeights.map((weight) => weight.read());
    const reference = (a: tf.Tensor, k: tf.Tensor, b: tf.Tensor) =>
      tf.relu(tf.add(tf.conv2d(a as tf.Tensor4D, k as tf.Tensor4D, 2, padding), b));
    const { y, dx, dw } = differentiate(layer, x);
    expectClose(y, reference(x, kernel, bias));
    const expected = tf.grads((a: tf.Tensor, k: tf.Tensor, b: tf.Tensor) => reference(a, k, b).mul(sample(y.shape, 3)).sum())([
      x,
      kernel,
      bias,
    ]);
    expectClose(dx, expected[0]);
    expectClose(dw[0], expected[1], 1e-4);
    expectClose(dw[1], expected[2], 1e-4);
  });

  it.each([[[6, 3]], [[2, 4, 5, 3]]])('batch normalization of %j gives what moments and arithmetic give', (shape) => {
    const layer = tf.layers.batchNormalization({
      momentum: 0.9,
      gammaInitializer: 'randomNormal',
      betaInitializer: 'randomNormal',
    });
    const x = sample(shape).mul(3).add(1);
    layer.build(shape);
    const [gamma, beta] = layer.trainableWeights.map((weight) => weight.read());
    const axes = shape.slice(1).map((_, axis) => axis);
    const reference = (a: tf.Tensor, g: tf.Tensor, b: tf.Tensor) => {
      const mean = a.mean(axes, true);
      const variance = a.sub(mean).square().mean(axes, true);
      return a.sub(mean).div(variance.add(1e-3).sqrt()).mul(g).add(b);
    };
    const { y, dx, dw } = differentiate(layer, x);
    expectClose(y, reference(x, gamma, beta));
    const expected = tf.grads((a: tf.Tensor, g: tf.Tensor, b: tf.Tensor) => reference(a, g, b).mul(sample(shape, 3)).sum())([
      x,
      gamma,
      beta,
    ]);
    expectClose(dx, expected[0], 1e-4);
    expectClose(dw[0], expected[1], 1e-4);
    expectClose(dw[1], expected[2], 1e-4);
    // Two training calls were made: the moving averages start at 0 and 1.
    const { mean, variance } = tf.moments(x, axes);
    const [movingMean, movingVariance] = layer.nonTrainableWeights.map((weight) => weight.read());
    expectClose(movingMean, mean.mul(0.19));
    expectClose(movingVariance, variance.mul(0.19).add(0.81), 1e-4);
  });

  it('dropout keeps a share 1 - rate, scaled, in a pattern that follows from the seed', () => {
    const layer = tf.layers.dropout({ rate: 0.25, seed: 0 });
    const other = tf.layers.dropout({ rate: 0.25, seed: 1 });
    const x = tf.ones([100, 100]);
    const y = (layer.apply(x, { training: true }) as tf.Tensor).dataSync();
    expect(new Set(y)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
    const kept = y.filter((value) => value > 0).length / y.length;
    // Five standard deviations of a share of 10,000 draws.
    expect(Math.abs(kept - 0.75)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / 10000));
    expect((layer.apply(x, { training: true }) as tf.Tensor).dataSync()).toEqual(y);
    expect((other.apply(x, { training: true }) as tf.Tensor).dataSync()).not.toEqual(y);
    expect((layer.apply(x) as tf.Tensor).dataSync()).toEqual(x.dataSync());
  });

  it("dropout's gradient drops what the output dropped", () => {
    const layer = tf.layers.dropout({ rate: 0.5, seed: 7 });
    const x = tf.ones([20, 20]);
    const { y, dx } = differentiate(layer, x);
    expectClose(dx, y.mul(sample([20, 20], 3)));
  });

  it('dropout without a seed still draws anew each time', () => {
    const layer = tf.layers.dropout({ rate: 0.5 });
    const draw = () => (layer.apply(tf.ones([30, 30]), { training: true }) as tf.Tensor).dataSync();
    expect(draw()).not.toEqual(draw());
  });
});

describe('a whole network', () => {
  it('has gradients that agree with finite differences', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({
          inputShape: [6, 6, 1],
          filters: 4,
          kernelSize: 3,
          padding: 'same',
          kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }),
        }),
        tf.layers.batchNormalization(),
        tf.layers.activation({ activation: 'tanh' }),
        tf.layers.flatten(),
        tf.layers.dropout({ rate: 0.3, seed: 5 }),
        tf.layers.dense({ units: 3, activation: 'softmax', kernelInitializer: tf.initializers.glorotUniform({ seed: 2 }) }),
      ],
    });
    const x = sample([8, 6, 6, 1]);
    const labels = tf.oneHot([0, 1, 2, 0, 1, 2, 0, 1], 3);
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const loss = () => {
      const probabilities = model.apply(x, { training: true }) as tf.Tensor;
      return probabilities.mul(labels).sum(-1).log().mean().neg() as tf.Scalar;
    };
    const { grads } = tf.variableGrads(loss, variables);
    for (const [index, variable] of variables.entries()) {
      const direction = sample(variable.shape, index + 2);
      const start = variable.clone();
      const at = (step: number) => {
        variable.assign(start.add(direction.mul(step)));
        return loss().dataSync()[0];
      };
      const numeric = (at(1e-3) - at(-1e-3)) / 2e-3;
      variable.assign(start);
      const analytic = grads[variable.name].mul(direction).sum().dataSync()[0];
      expect(Math.abs(numeric - analytic)).toBeLessThan(2e-3 * Math.max(1, Math.abs(analytic)));
    }
  });

  it('still trains after the modules were loaded a second time, as an edit in the notebook does', async () => {
    vi.resetModules();
    const reloaded = await import('../../../lib/tensorflow');
    const layer = reloaded.layers.dense({ units: 2, useBias: false, kernelInitializer: 'ones' });
    const x = reloaded.tensor2d([[1, 2]]);
    expect((layer.apply(x) as tf.Tensor).dataSync()).toEqual(Float32Array.of(3, 3));
    expect((layer.apply(x, { training: true }) as tf.Tensor).dataSync()).toEqual(Float32Array.of(3, 3));
  });
});
