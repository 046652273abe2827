import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileModel } from '../../../lib/recipe/compile';
import * as tf from '../../../lib/tensorflow';
import { loadModel, saveModel, type TrainingRecord } from '../../../lib/training/save-model';
import { Stack } from '../../../src/models/stack';
import { damaged, damagedData, expectMemory, fuzz, scratchFolder } from '../../fuzz';

const folder = scratchFolder();
const saved = join(folder, 'saved');
const loaded = join(folder, 'loaded');
const FILES = ['training.json', 'model.json', 'weights.bin'] as const;
type Files = Record<(typeof FILES)[number], Buffer>;
type Json = ReturnType<typeof JSON.parse>;

const history = {
  epochs: [{ epoch: 1, loss: 1, accuracy: 0.5, valLoss: Number.NaN, learningRate: 0.1, seconds: 2 }],
  seconds: 2,
  trainSize: 8,
  validationSize: 2,
  batchSize: 4,
  seed: 3,
};
const record: TrainingRecord = {
  name: 'cnn',
  hyperparameters: { layers: 2 },
  history,
  dataset: 'mnist',
  classNames: ['0', '1', '2'],
  profile: 'quick',
  seconds: 3,
};

let sound: Files;
beforeAll(async () => {
  const model = new Stack(1).input([28, 28, 1]).convolution(2, 3, 'relu', true).maxPooling(7).flatten().output(3);
  compileModel(model, { optimizer: { kind: 'adam', learningRate: 0.01 }, schedule: { kind: 'cosineAnnealing' } });
  await saveModel(model, saved, record);
  model.dispose();
  mkdirSync(loaded);
  sound = Object.fromEntries(FILES.map((file) => [file, readFileSync(join(saved, file))])) as Files;
});

/** Files with these instead, and checksums that are right. */
function seal(changes: Partial<Files>): Files {
  const files = { ...sound, ...changes };
  const content = JSON.parse(files['training.json'].toString());
  for (const file of ['model.json', 'weights.bin'] as const) {
    content.sha256[file] = createHash('sha256').update(files[file]).digest('hex');
  }
  return { ...files, 'training.json': Buffer.from(JSON.stringify(content)) };
}

const asBytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const parse = (file: keyof Files): Json => JSON.parse(sound[file].toString());

/** The record, where a model is loaded that predicts; or the message of the refusal. */
async function load(files: Files): Promise<TrainingRecord | string> {
  for (const file of FILES) writeFileSync(join(loaded, file), files[file]);
  let found: Awaited<ReturnType<typeof loadModel>>;
  try {
    found = await loadModel(loaded);
  } catch (error) {
    const { message } = error as Error;
    expect(message).toContain(loaded);
    expect(message).toMatch(/must|damaged|holds no model that can be built: /);
    expect(message).toMatch(/(train and save the model again\.|save a model there first, or check the path\.)$/);
    return message;
  }
  expect(found.model.weights.reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape as number[]) * 4, 0)).toBe(
    files['weights.bin'].length,
  );
  found.model.dispose();
  return found.record;
}

describe('saved models', () => {
  it('come back as they were', async () => {
    expect(await load(sound)).toEqual(record);
  });

  const file = fc.constantFrom(...FILES);
  const damages = file.chain((name) => damaged(fc.constant(null).map(() => sound[name])).map((bytes) => ({ [name]: bytes })));
  fuzz('that are damaged are refused, or read as they are', damages, async (changes) => {
    const found = await load({ ...sound, ...changes });
    if (typeof found !== 'string' && !('training.json' in changes)) expect(found).toEqual(record);
  });

  fuzz(
    'whose record another program wrote are read, or refused',
    damagedData(fc.constant(null).map(() => parse('training.json'))),
    async (content) => {
      await load({ ...sound, 'training.json': asBytes(content) });
    },
  );

  fuzz(
    'whose topology another program wrote are read, or refused',
    damagedData(fc.constant(null).map(() => parse('model.json'))),
    async (content) => {
      await load(seal({ 'model.json': asBytes(content) }));
    },
  );

  const change = (edit: (content: Json) => void) => {
    const content = parse('model.json');
    edit(content);
    return seal({ 'model.json': asBytes(content) });
  };
  const layer = (content: Json, kind: string) =>
    content.modelTopology.config.layers.find((each: Json) => each.class_name === kind).config;

  it.each(['../../../etc/passwd', '/etc/passwd', 'https://example.org/weights.bin', 'file:///etc/passwd', '__proto__'])(
    'with weights in %s are refused',
    async (path) => {
      const files = change((content) => {
        content.weightsManifest[0].paths = [path];
      });
      expect(await load(files)).toContain(
        `model.json holds no model that can be built: weightsManifest[0].paths[0] must be one of "weights.bin", but is "${path}"`,
      );
    },
  );

  it.each<[string, (content: Json) => void, string]>([
    ['two files of weights', ({ weightsManifest: [group] }) => group.paths.push('weights.bin'), 'must be one group of one path'],
    ['two groups', ({ weightsManifest }) => weightsManifest.push(weightsManifest[0]), 'must be one group of one path'],
    ['no group', (content) => Object.assign(content, { weightsManifest: [] }), 'must be one group of one path'],
    ['no manifest', (content) => delete content.weightsManifest, 'weightsManifest must be a list, but is missing'],
    [
      'more weights than there are',
      ({ weightsManifest: [group] }) => Object.assign(group.weights[0], { shape: [2 ** 20, 2 ** 20] }),
      'weightsManifest must have the weights of weights.bin, ',
    ],
    [
      'weights of a negative size',
      ({ weightsManifest: [group] }) => Object.assign(group.weights[0], { shape: [-1] }),
      'weightsManifest[0].weights[0].shape[0] must be a whole number from 0, but is -1',
    ],
    [
      'weights of another type',
      ({ weightsManifest: [group] }) => Object.assign(group.weights[0], { dtype: 'string' }),
      'weightsManifest[0].weights[0].dtype must be one of "float32", but is "string"',
    ],
    [
      'quantized weights',
      ({ weightsManifest: [group] }) => Object.assign(group.weights[0], { quantization: { dtype: 'uint8' } }),
      'weightsManifest[0].weights[0].quantization must be left out, but is an object',
    ],
    [
      'weights of another layer',
      ({ weightsManifest: [group] }) => Object.assign(group.weights[1], { name: 'x/kernel' }),
      'x/kernel',
    ],
    [
      '4 billion units',
      (content) => Object.assign(layer(content, 'Dense'), { units: 2 ** 32 }),
      'must be those of its weights in weightsManifest, but is 4294967296',
    ],
    [
      '4 billion filters',
      (content) => Object.assign(layer(content, 'Conv2D'), { filters: 2 ** 32 }),
      'must be those of its weights in weightsManifest, but is 4294967296',
    ],
    [
      'a kernel as wide as the sea',
      (content) => Object.assign(layer(content, 'Conv2D'), { kernel_size: [2 ** 20, 2 ** 20] }),
      'must be that of its weights in weightsManifest, but is 1048576,1048576',
    ],
    [
      'images as large as no image is',
      (content) => Object.assign(layer(content, 'InputLayer'), { batch_input_shape: [null, 2 ** 16, 2 ** 16, 1] }),
      'must be of at most 262144 numbers, but is ',
    ],
    [
      'a layer without a name',
      (content) => delete content.modelTopology.config.layers[0].name,
      'must be that of its config, but is undefined',
    ],
    [
      'a layer that waits for itself',
      (content) => Object.assign(content.modelTopology.config.layers[1].inbound_nodes[0][0], [layer(content, 'Conv2D').name]),
      'must name layers that are there, and not lead to itself, but are ',
    ],
    [
      'a layer that waits for one that never comes',
      (content) => Object.assign(content.modelTopology.config.layers[1].inbound_nodes[0][0], ['none']),
      'must name layers that are there, and not lead to itself, but are [["none",0,0,{}]]',
    ],
    [
      'a layer that waits for a call that never comes',
      (content) => content.modelTopology.config.layers[1].inbound_nodes[0][0].splice(1, 1, 1),
      'must name layers that are there, and not lead to itself, but are ',
    ],
    [
      'an input in words of another kind',
      (content) => Object.assign(layer(content, 'InputLayer'), { batchInputShape: [null, 2 ** 30] }),
      'modelTopology must have names without capitals, but has "batchInputShape":',
    ],
    [
      'a layer of an unknown kind',
      (content) => Object.assign(content.modelTopology.config.layers[1], { class_name: 'constructor' }),
      'constructor',
    ],
    [
      'an unknown optimizer',
      (content) => Object.assign(content.userDefinedMetadata.compile.optimizer, { kind: 'toString' }),
      'toString',
    ],
    [
      'no optimizer',
      (content) => Object.assign(content.userDefinedMetadata, { compile: {} }),
      'holds no model that can be built: ',
    ],
  ])('with %s are refused', async (_, edit, reason) => {
    await expectMemory(256, async () => {
      expect(await load(change(edit))).toContain(reason);
    });
  });

  it('with __proto__ in the topology, or nested without end, are refused', async () => {
    const text = sound['model.json'].toString();
    const nested = text.replace('"config":{', `"config":{"odd":${'['.repeat(1000)}${']'.repeat(1000)},`);
    expect(await load(seal({ 'model.json': Buffer.from(nested) }))).toContain('must be nested at most 100 deep');
    const polluting = text.replace('"config":{', '"config":{"__proto__":{"polluted":1},');
    expect(await load(seal({ 'model.json': Buffer.from(polluting) }))).toContain(
      'modelTopology.config must be an object with no value named __proto__',
    );
    expect({}).not.toHaveProperty('polluted');
  });

  it.each<[string, (content: Json) => void, string]>([
    ['no record', (content) => delete content.record, 'record must be an object, but is missing'],
    ['no checksums', (content) => delete content.sha256, 'sha256 must be an object, but is missing'],
    [
      'a hyperparameter that is a list',
      ({ record: { hyperparameters } }) => Object.assign(hyperparameters, { layers: [2] }),
      'record.hyperparameters.layers must be a finite number, a text, true or false, but is a list of 1',
    ],
    [
      'negative seconds',
      ({ record: { history: found } }) => Object.assign(found.epochs[0], { seconds: -1 }),
      'record.history.epochs[0].seconds must be a finite number from 0, but is -1',
    ],
  ])('with %s in training.json are refused', async (_, edit, reason) => {
    const content = parse('training.json');
    edit(content);
    expect(await load({ ...sound, 'training.json': asBytes(content) })).toContain(
      `training.json is damaged: ${reason}; train and save the model again.`,
    );
  });

  it('are not written with a record that could not be read', async () => {
    const model = compileModel(new Stack().input([784]).output(2), { optimizer: { kind: 'adam', learningRate: 1 } });
    const { dataset: _, ...rest } = record;
    await expect(saveModel(model, join(folder, 'none'), rest as TrainingRecord)).rejects.toThrow(
      'record must be a TrainingRecord, but its dataset must be a text, but is missing.',
    );
    expect(() => readFileSync(join(folder, 'none'))).toThrow(/ENOENT/);
    model.dispose();
  });
});
