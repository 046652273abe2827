import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { random } from '../../../lib/base/random';
import { NativeTensor } from '../../../lib/compiler/session';
import type { TrainingData } from '../../../lib/compiler/training-graph';
import type { Dataset } from '../../../lib/data/dataset';
import * as tf from '../../../lib/tensorflow';

/** The data set as the compiled step takes it. The caller disposes it. */
export function nativeData({ images, labels, size }: Dataset): TrainingData & { dispose(): void } {
  const data = { images: new NativeTensor(images, [size, 784]), labels: new NativeTensor(labels, [size]) };
  return {
    ...data,
    dispose() {
      data.images.dispose();
      data.labels.dispose();
    },
  };
}

/**
 * Sets every weight to numbers that follow from `seed`, none of them 0: kernels as large as keeps activations near 1, biases
 * and the vectors of batch normalization within 0.3 of where they begin.
 */
export function drawWeights(model: tf.LayersModel, seed = 0): void {
  const { next } = random(seed, 'weights');
  model.weights.forEach((weight) => {
    const { shape, size } = weight.read();
    const old = weight.read().dataSync<'float32'>();
    const inputs = shape.slice(0, -1).reduce((product, side) => product * side, 1);
    const bound = shape.length > 1 ? Math.sqrt(3 / inputs) : 0.3;
    const drawn = Float32Array.from({ length: size }, (_, i) => {
      const start = shape.length > 1 ? 0 : old[i];
      return start + bound * (2 * next() - 1);
    });
    const value = tf.tensor(drawn, shape);
    (weight.read() as tf.Variable).assign(value);
    value.dispose();
  });
}

export function readWeights(model: tf.LayersModel): Float32Array[] {
  return model.weights.map((weight) => weight.read().dataSync<'float32'>());
}

/** Norm of the difference over the norm of `expected`; 0 for two vectors of zeros. */
export function relativeDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (found[i] - expected[i]) ** 2;
    norm += expected[i] ** 2;
  }
  return difference === 0 ? 0 : Math.sqrt(difference / norm);
}

/** What `script`, a file beside this one, prints in a process of its own, as JSON. */
export async function runProcess<T>(script: string, env: NodeJS.ProcessEnv = {}): Promise<T> {
  const options = ['--expose-gc', '--require', require.resolve('tsx/cjs'), join(__dirname, script)];
  const child = spawn(process.execPath, options, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (output === '') throw new Error(`${script} printed nothing:\n${errors}`);
  return JSON.parse(output);
}
