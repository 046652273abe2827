import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CompileConfig, compileModel } from '../../../lib/recipe/compile';
import * as tf from '../../../lib/tensorflow';
import { evaluate } from '../../../lib/training/evaluate';
import { fit } from '../../../lib/training/fit';
import { loadModel, saveModel } from '../../../lib/training/save-model';
import { ACTIVATIONS, Stack } from '../../../src/models/stack';
import { stripedImages } from './striped-images';

const data = stripedImages(40);
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'inkwell-save-'));
});
afterAll(() => rm(root, { recursive: true }));

/** A trained CNN with every kind of layer and every activation, and its record. */
async function trained(config: CompileConfig = { optimizer: { kind: 'adam', learningRate: 0.001 } }) {
  const stack = new Stack(0, { l1: 1e-6, l2: 1e-6 })
    .input([28, 28, 1])
    .convolution(2, 3, 'leakyRelu', true)
    .maxPooling(2)
    .flatten()
    .dropout(0.5);
  for (const activation of ACTIVATIONS) stack.dense(6, activation, true);
  const model = compileModel(stack.output(4), config);
  const { history } = await fit(model, data, { epochs: 1, batchSize: 8 });
  const record = {
    name: 'cnn',
    hyperparameters: { blocks: 1 },
    history,
    dataset: data.name,
    classNames: data.classNames,
    profile: 'quick',
  };
  return { model, record };
}

describe('saveModel and loadModel', () => {
  it('give back the same predictions and the record', async () => {
    const { model, record } = await trained();
    const directory = join(root, 'deep/er/cnn');
    await saveModel(model, directory, record);
    const loaded = await loadModel(directory);
    expect(loaded.record).toEqual(record);
    expect((await evaluate(loaded.model, data)).probabilities).toEqual((await evaluate(model, data)).probabilities);
    expect(await readdir(join(root, 'deep/er'))).toEqual(['cnn']);
    model.dispose();
    loaded.model.dispose();
  });

  it.each<CompileConfig>([
    { optimizer: { kind: 'sgd', learningRate: 0.01, momentum: 0.9 }, schedule: { kind: 'cosineAnnealing' } },
    {
      optimizer: { kind: 'adamw', learningRate: 0.01, weightDecay: 0.5 },
      schedule: { kind: 'cosineAnnealing' },
      labelSmoothing: 0.2,
    },
  ])('give a model that trains on as it was compiled: $optimizer', async (config) => {
    const { model, record } = await trained(config);
    const directory = join(root, 'goes-on');
    await saveModel(model, directory, record);
    const loaded = await loadModel(directory);
    const options = { epochs: 2, batchSize: 8 };
    const again = await fit(loaded.model, data, options);
    const straight = await fit(model, data, options);
    expect(loaded.model.optimizer.getConfig()).toEqual(model.optimizer.getConfig());
    expect(again.history.epochs[1].learningRate).toBeLessThan(0.005);
    expect(again.history.epochs.map(({ loss }) => loss)).toEqual(straight.history.epochs.map(({ loss }) => loss));
    model.dispose();
    loaded.model.dispose();
  });

  it('keep a validation loss that is no number, and a class of the name #', async () => {
    const { model, record } = await trained();
    const [first, ...rest] = record.history.epochs;
    const epochs = [{ ...first, valLoss: Number.NaN }, ...rest];
    const classNames = ['#', '#NaN', 'null'];
    const directory = join(root, 'diverged');
    await saveModel(model, directory, { ...record, classNames, history: { ...record.history, epochs } });
    const loaded = await loadModel(directory);
    expect(loaded.record.history.epochs).toEqual(epochs);
    expect(loaded.record.classNames).toEqual(classNames);
    loaded.model.dispose();
    model.dispose();
  });

  it('of format version 2, which wrote every text as it is, are read as ever', async () => {
    const { model, record } = await trained();
    const directory = join(root, 'version-2');
    await saveModel(model, directory, { ...record, name: 'number 1' });
    const path = join(directory, 'training.json');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"formatVersion": 3', '"formatVersion": 2').replace('number 1', '#1'));
    const loaded = await loadModel(directory);
    expect(loaded.record).toEqual({ ...record, name: '#1' });
    loaded.model.dispose();
    model.dispose();
  });

  it('refuse a save of another format version, but replace it', async () => {
    const { model, record } = await trained();
    const directory = join(root, 'version-1');
    await saveModel(model, directory, record);
    const path = join(directory, 'training.json');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"formatVersion": 3', '"formatVersion": 1'));
    await expect(loadModel(directory)).rejects.toThrow(/must have format version 3, but has 1.*save the model again/);
    await saveModel(model, directory, record);
    (await loadModel(directory)).model.dispose();
    model.dispose();
  });

  it("write what TensorFlow.js' own loader reads", async () => {
    const { model, record } = await trained();
    await saveModel(model, join(root, 'stock'), record);
    const loaded = await tf.loadLayersModel(`file://${join(root, 'stock/model.json')}`);
    expect(loaded.countParams()).toBe(model.countParams());
    model.dispose();
    loaded.dispose();
  });

  it('replace a former save, but nothing else', async () => {
    const { model, record } = await trained();
    const directory = join(root, 'replaced');
    await saveModel(model, directory, record);
    await saveModel(model, directory, { ...record, name: 'second' });
    const second = await loadModel(directory);
    expect(second.record.name).toBe('second');
    second.model.dispose();

    await writeFile(join(directory, 'notes.txt'), 'mine');
    await expect(saveModel(model, directory, record)).rejects.toThrow(/holds notes\.txt; choose another folder/);
    expect(await readFile(join(directory, 'notes.txt'), 'utf8')).toBe('mine');

    const foreign = join(root, 'foreign');
    await mkdir(foreign);
    await writeFile(join(foreign, 'model.json'), '{}');
    await expect(saveModel(model, foreign, record)).rejects.toThrow(/saveModel did not write/);
    expect(await readdir(foreign)).toEqual(['model.json']);
    model.dispose();
  });

  it('say what is wrong with a folder', async () => {
    const { model, record } = await trained();
    const directory = join(root, 'damaged');
    await expect(loadModel(join(root, 'nowhere'))).rejects.toThrow(/nowhere has no training\.json/);
    for (const [file, damage] of [
      ['weights.bin', (bytes: Buffer) => bytes.subarray(0, -4)],
      ['weights.bin', (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.of(bytes[bytes.length - 1] ^ 1)])],
      ['model.json', () => Buffer.from('{}')],
    ] as const) {
      await saveModel(model, directory, record);
      const path = join(directory, file);
      await writeFile(path, damage(await readFile(path)));
      await expect(loadModel(directory)).rejects.toThrow(new RegExp(`${file} is damaged: its SHA-256 must be`));
    }
    await saveModel(model, directory, record);
    await rm(join(directory, 'weights.bin'));
    await expect(loadModel(directory)).rejects.toThrow(/weights\.bin is damaged.*no such file/);
    await rm(directory, { recursive: true });
    await saveModel(model, directory, record);
    await writeFile(join(directory, 'training.json'), '{"format": "inkw');
    await expect(loadModel(directory)).rejects.toThrow(/has no training\.json that saveModel wrote/);
    model.dispose();
  });
});
