import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { compileConfigOf, compileModel } from '../recipe/compile';
import { decodeNumbers, encodeNumbers } from '../storage/json-numbers';
import { describeFault, fields, finite, listOf, mapOf, matching, scalar, text } from '../storage/schema';
import { explainWriteError } from '../storage/write-error';
import * as tf from '../tensorflow';
import { findModelFault, type ModelContent } from './check-model';
import { type History, historySchema } from './history';

/** How a saved model came about. Plain data. */
export interface TrainingRecord {
  /** For instance `mlp` or `cnn`. */
  readonly name: string;
  readonly hyperparameters: Readonly<Record<string, number | string | boolean>>;
  readonly history: History;
  /** Name of the data set it was trained on. */
  readonly dataset: string;
  readonly classNames: readonly string[];
  /** Name of the budget it was searched and trained with, for instance `quick`. */
  readonly profile?: string;
  /** Time of searching and training, added up over workers. */
  readonly seconds?: number;
}

const FORMAT = 'inkwell-model';
/** Version 2 wrote NaN, a loss that diverged, as null; a model whose record has none is read as ever. */
const FORMAT_VERSION = 3;
const READABLE_VERSIONS = [2, FORMAT_VERSION];
const RECORD_FILE = 'training.json';
const AGAIN = 'train and save the model again.';
const MODEL_FILES = ['model.json', 'weights.bin'] as const;

/** What `training.json` holds: the record, and the checksums by which a damaged save is known. */
interface TrainingFile {
  readonly format: typeof FORMAT;
  readonly formatVersion: number;
  readonly versions: { readonly node: string; readonly tfjs: string };
  readonly sha256: Readonly<Record<(typeof MODEL_FILES)[number], string>>;
  readonly record: TrainingRecord;
}

/** Validates a `TrainingRecord` read from disk. */
const recordSchema = fields(
  { name: text, hyperparameters: mapOf(scalar), history: historySchema, dataset: text, classNames: listOf(text) },
  { profile: text, seconds: finite(0) },
);
const sha256Schema = matching(/^[0-9a-f]{64}$/, '64 hexadecimal digits');
/** Validates a `TrainingFile` of the present version read from disk. */
const trainingFileSchema = fields({
  record: recordSchema,
  sha256: fields({ 'model.json': sha256Schema, 'weights.bin': sha256Schema }),
});

/**
 * Saves a model and its record as a folder: TensorFlow.js' own `model.json` and `weights.bin`, which `tf.loadLayersModel`
 * reads in Node and in a browser, and `training.json`. The optimizer's state is not saved.
 *
 * Everything is written aside first, so `directory` never holds half a save.
 *
 * @throws WriteError where there is no room or right to; Error where `directory` holds anything but a former save, which is
 * replaced, or `record` is not as its type says.
 */
export async function saveModel(model: tf.LayersModel, directory: string, record: TrainingRecord): Promise<void> {
  const target = resolve(directory);
  const fault = describeFault(JSON.parse(JSON.stringify(record, encodeNumbers), decodeNumbers), recordSchema);
  if (fault) throw new TypeError(`record must be a TrainingRecord, but its ${fault}.`);
  await checkReplaceable(target);
  const [aside, former] = ['new', 'old'].map((age) => join(dirname(target), `.${basename(target)}.inkwell-${age}`));
  await rm(aside, { recursive: true, force: true });
  await rm(former, { recursive: true, force: true });
  try {
    await writeModel(model, record, aside);
    if (existsSync(target)) await rename(target, former);
    await rename(aside, target);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    throw explainWriteError(error, target);
  }
  await rm(former, { recursive: true, force: true });
}

async function writeModel(model: tf.LayersModel, record: TrainingRecord, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await model.save(tf.io.fileSystem(folder));
  const content: TrainingFile = {
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    versions: { node: process.versions.node, tfjs: tf.version['tfjs-node'] },
    sha256: {
      'model.json': checksum(await readFile(join(folder, 'model.json'))),
      'weights.bin': checksum(await readFile(join(folder, 'weights.bin'))),
    },
    record,
  };
  await writeFile(join(folder, RECORD_FILE), `${JSON.stringify(content, encodeNumbers, 2)}\n`);
}

/**
 * The model that `saveModel` wrote to `directory`, and its record. The caller disposes the model. It predicts as before;
 * `fit` can train it further if `compileModel` compiled it.
 *
 * @throws Error where the folder is missing, not such a save, of another format version, or damaged.
 */
export async function loadModel(directory: string): Promise<{ model: tf.LayersModel; record: TrainingRecord }> {
  const content = await readTrainingFile(directory);
  const path = join(directory, RECORD_FILE);
  if (content === undefined) {
    throw new Error(
      `directory must hold a saved model, but ${directory} has no ${RECORD_FILE} that saveModel wrote; ` +
        `save a model there first, or check the path.`,
    );
  }
  if (!READABLE_VERSIONS.includes(content.formatVersion)) {
    throw new Error(
      `${path} must have format version ${FORMAT_VERSION}, but has ${content.formatVersion}, which another version of ` +
        `saveModel wrote; ${AGAIN}`,
    );
  }
  const fault = describeFault(content, trainingFileSchema);
  if (fault) throw new Error(`${path} is damaged: ${fault}; ${AGAIN}`);
  const [topology, weights] = await Promise.all(
    MODEL_FILES.map((file) => readSealed(join(directory, file), content.sha256[file])),
  );
  const model = await buildModel(join(directory, MODEL_FILES[0]), topology, weights);
  return { model, record: content.record };
}

/** Bytes of a file of this SHA-256. */
async function readSealed(path: string, sha256: string): Promise<Buffer> {
  const bytes = await readFile(path).catch(() => undefined);
  const found = bytes ? checksum(bytes) : 'no such file';
  if (bytes && found === sha256) return bytes;
  throw new Error(`${path} is damaged: its SHA-256 must be ${sha256}, but is ${found}; ${AGAIN}`);
}

/** The model that `model.json` at `path` describes, with weights from these bytes alone, compiled as it says. */
async function buildModel(path: string, json: Buffer, weights: Buffer): Promise<tf.LayersModel> {
  let model: tf.LayersModel | undefined;
  try {
    const content: unknown = JSON.parse(json.toString('utf8'));
    const fault = findModelFault(content, weights.length);
    if (fault) throw new Error(fault);
    const { modelTopology, weightsManifest, userDefinedMetadata } = content as ModelContent;
    const artifacts = {
      modelTopology,
      weightSpecs: weightsManifest[0].weights,
      weightData: new Uint8Array(weights).buffer,
      userDefinedMetadata,
    };
    model = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    const config = compileConfigOf(model);
    return config ? compileModel(model, config) : model;
  } catch (error) {
    model?.dispose();
    throw new Error(`${path} holds no model that can be built: ${(error as Error).message}; ${AGAIN}`, { cause: error });
  }
}

function checksum(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The file in any format version; undefined where the folder has none, or another program's. */
async function readTrainingFile(directory: string): Promise<TrainingFile | undefined> {
  try {
    const json = await readFile(join(directory, RECORD_FILE), 'utf8');
    const content: TrainingFile | null = JSON.parse(json);
    if (content?.format !== FORMAT) return undefined;
    return content.formatVersion === 2 ? content : JSON.parse(json, decodeNumbers);
  } catch {
    return undefined;
  }
}

async function checkReplaceable(directory: string): Promise<void> {
  if (!existsSync(directory)) return;
  const known: string[] = [...MODEL_FILES, RECORD_FILE];
  const names = await readdir(directory);
  const foreign = names.find((name) => !known.includes(name));
  if (names.length === 0 || (foreign === undefined && (await readTrainingFile(directory)))) return;
  throw new Error(
    `directory must be new, empty or a former save, but ${directory} holds ${foreign ?? 'files that saveModel did not write'}; ` +
      `choose another folder.`,
  );
}
