import { describe, expect, it } from 'vitest';
import * as tf from '../../../lib/tensorflow';

describe('gradients of activations', () => {
  const points = [-2, -0.5, 0.25, 3];
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  it.each([
    ['relu', (x: tf.Tensor) => tf.relu(x), (x: number) => (x > 0 ? 1 : 0)],
    ['leakyRelu', (x: tf.Tensor) => tf.leakyRelu(x, 0.3), (x: number) => (x > 0 ? 1 : 0.3)],
    ['elu', (x: tf.Tensor) => tf.elu(x), (x: number) => (x > 0 ? 1 : Math.exp(x))],
    ['tanh', (x: tf.Tensor) => tf.tanh(x), (x: number) => 1 - Math.tanh(x) ** 2],
    ['sigmoid', (x: tf.Tensor) => tf.sigmoid(x), (x: number) => sigmoid(x) * (1 - sigmoid(x))],
  ])('%s is its derivative times dy', (_name, activate, derivative) => {
    const dy = [1, -2, 3, 0.5];
    const found = tf.grad(activate)(tf.tensor1d(points), tf.tensor1d(dy)).dataSync();
    points.forEach((x, i) => {
      expect(found[i]).toBeCloseTo(dy[i] * derivative(x), 5);
    });
  });

  it('is 0 for relu at 0', () => {
    expect(
      tf
        .grad((x: tf.Tensor) => tf.relu(x))(tf.tensor1d([0]))
        .dataSync()[0],
    ).toBe(0);
  });

  it('refuses a second derivative instead of giving a wrong one', () => {
    const first = tf.grad((x: tf.Tensor) => tf.tanh(x));
    expect(() => tf.grad((x: tf.Tensor) => first(x))(tf.tensor1d([0.5]))).toThrow(/gradient/i);
  });
});
