import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { random } from '../../../lib/base/random';
import { compileModel } from '../../../lib/recipe/compile';
import * as tf from '../../../lib/tensorflow';
import {
  CheckpointError,
  readCheckpoint,
  readWeights,
  restoreWeights,
  type TrainingSnapshot,
  writeCheckpoint,
} from '../../../lib/training/checkpoint';
import { Stack } from '../../../src/models/stack';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'inkwell-checkpoint-'));
});
afterAll(() => rm(root, { recursive: true }));

const numbers = (length: number, seed: number) => Float32Array.from({ length }, (_, i) => random(seed, i).next() - 0.5);
const snapshot: TrainingSnapshot = {
  epoch: 3,
  shapes: [[4, 3], [3], []],
  weights: [numbers(12, 1), numbers(3, 2), Float32Array.of(-0)],
  optimizer: { optimizer: 'Adam', step: 70000, slots: [numbers(12, 3), numbers(12, 4), Float32Array.of(Number.NaN)] },
  callbacks: [null, { values: { wait: 1, note: 'größer' }, arrays: [numbers(5, 5)] }, { values: null, arrays: [] }],
};
const ended: TrainingSnapshot = {
  epoch: 4,
  shapes: [[2]],
  weights: [numbers(2, 6)],
  end: { stopped: 'enough', bestEpoch: 2 },
  callbacks: [],
};

describe('a checkpoint', () => {
  it.each([
    ['going on', snapshot],
    ['ended', ended],
  ])('of a training %s comes back as it was', async (name, given) => {
    const path = join(root, 'made', 'for', 'it', `${name}.ckpt`);
    await writeCheckpoint(path, given);
    expect(await readCheckpoint(path)).toEqual(given);
    expect(Object.is((await readCheckpoint(path)).weights[2]?.[0], given.weights[2]?.[0])).toBe(true);
  });

  it('replaces the one before, and leaves no other file', async () => {
    const path = join(root, 'alone', 'one.ckpt');
    await writeCheckpoint(path, snapshot);
    await writeCheckpoint(path, ended);
    expect(await readCheckpoint(path)).toEqual(ended);
    expect(await readdir(join(root, 'alone'))).toEqual(['one.ckpt']);
  });

  it('stays whole where the next one was cut off while it was written', async () => {
    const path = join(root, 'cut-off.ckpt');
    await writeCheckpoint(path, snapshot);
    await writeFile(`${path}.new`, (await readFile(path)).subarray(0, 50));
    expect(await readCheckpoint(path)).toEqual(snapshot);
    await writeCheckpoint(path, ended);
    expect(await readCheckpoint(path)).toEqual(ended);
  });

  it('that was cut, lengthened or flipped anywhere is refused', async () => {
    const path = join(root, 'damaged.ckpt');
    await writeCheckpoint(path, snapshot);
    const whole = await readFile(path);
    const damaged = join(root, 'damage');
    const refused = async (bytes: Uint8Array, message: RegExp) => {
      await writeFile(damaged, bytes);
      await expect(readCheckpoint(damaged)).rejects.toThrow(message);
      await expect(readCheckpoint(damaged)).rejects.toBeInstanceOf(CheckpointError);
    };
    for (let length = 0; length < whole.length; length++) {
      await refused(whole.subarray(0, length), length < 28 ? /cut short: it has \d+ bytes/ : /damaged: it must have/);
    }
    await refused(Buffer.concat([whole, Buffer.alloc(4)]), /damaged: it must have \d+ bytes, but has/);
    for (let at = 0; at < whole.length; at++) {
      const flipped = Buffer.from(whole);
      flipped[at] ^= 1 << (at % 8);
      await refused(flipped, at < 8 ? /is no checkpoint/ : at < 12 ? /format version/ : /damaged: its CRC-32|must have/);
    }
  });

  it('that is missing or another file is refused', async () => {
    await expect(readCheckpoint(join(root, 'none'))).rejects.toThrow(/none cannot be read \(ENOENT.*train from the start/);
    await expect(readCheckpoint(root)).rejects.toThrow(CheckpointError);
    await writeFile(join(root, 'text'), 'A text that is long enough to be something else.');
    await expect(readCheckpoint(join(root, 'text'))).rejects.toThrow(/is no checkpoint: it must begin with INKWCKPT/);
  });
});

describe('restoreWeights', () => {
  const build = (units: number, seed: number) =>
    compileModel(new Stack(seed).input([784]).dense(units, 'relu', true).output(3), {
      optimizer: { kind: 'adam', learningRate: 0.01 },
    });

  it('gives a model the weights of another, which stay its own', () => {
    const [first, second] = [build(4, 1), build(4, 2)];
    const before = tf.memory().numTensors;
    const taken = { shapes: first.weights.map(({ shape }) => shape as number[]), weights: readWeights(first) };
    expect(readWeights(second)).not.toEqual(taken.weights);
    restoreWeights(second, taken);
    expect(readWeights(second)).toEqual(taken.weights);
    expect(tf.memory().numTensors).toBe(before);
    const images = tf.ones([2, 784]);
    const [a, b] = [first, second].map((model) => (model.predict(images) as tf.Tensor).dataSync());
    expect(a).toEqual(b);
    for (const weight of second.weights) (weight.read() as tf.Variable).assign(tf.zeros(weight.shape as number[]));
    expect(readWeights(first)).toEqual(taken.weights);
    first.dispose();
    second.dispose();
  });

  it('refuses a model of another shape, with both', () => {
    const [first, second] = [build(4, 1), build(5, 1)];
    const taken = { shapes: first.weights.map(({ shape }) => shape as number[]), weights: readWeights(first) };
    const before = readWeights(second);
    expect(() => restoreWeights(second, taken)).toThrow(/shapes \[784, 5\].*but has \[784, 4\].*; build the model/);
    expect(readWeights(second)).toEqual(before);
    first.dispose();
    second.dispose();
  });
});
