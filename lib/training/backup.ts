import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checksumOf } from '../base/checksum';
import type { Dataset } from '../data/dataset';
import { compileConfigOf } from '../recipe/compile';
import { type FolderLock, lockFolder } from '../storage/folder-lock';
import { decodeNumbers, encodeNumbers } from '../storage/json-numbers';
import { moveAside } from '../storage/move-aside';
import { replaceFile } from '../storage/replace-file';
import { anything, describeFault, fields, listOf, mapOf, text } from '../storage/schema';
import type * as tf from '../tensorflow';
import type { Callback } from './callbacks';
import { CheckpointError, readCheckpoint, readWeights, type TrainingSnapshot, writeCheckpoint } from './checkpoint';
import { type EpochRecord, epochRecordSchema } from './history';

const FILE = 'backup.json';

/** All that a training follows from. Plain data. */
export type TrainingDescription = Readonly<Record<string, unknown>> & {
  /** Checksum of the weights that it begins with. */
  readonly initialWeights: string;
};

/** What `backup.json` holds: which training it is, and its finished epochs; their number names the checkpoint. */
interface BackupContent {
  readonly training: TrainingDescription;
  readonly records: readonly EpochRecord[];
  /** Checksum of the weights that the model was left with, where the training was left and not killed. */
  readonly left?: string;
}

/** Validates a `BackupContent` read from disk. */
const keptSchema = fields({ training: mapOf(anything), records: listOf(epochRecordSchema) }, { left: text });

/** Where a training has come to. */
interface Resume {
  readonly records: readonly EpochRecord[];
  readonly snapshot: TrainingSnapshot;
}

/**
 * A training on disk, as it was after its last finished epoch. A checkpoint is written under the number of its epoch before
 * `backup.json` names it, and the earlier one is removed after: whenever the process is killed, both fit together.
 */
export class TrainingBackup {
  readonly #folder: string;
  readonly #lock: FolderLock;
  #kept: BackupContent;
  /** Whether the folder holds something else, which is moved aside before anything is written. */
  #foreign: boolean;
  /** Undefined where the training begins. */
  readonly resume?: Resume;

  private constructor(folder: string, lock: FolderLock, kept: BackupContent, foreign: boolean, resume?: Resume) {
    this.#folder = folder;
    this.#lock = lock;
    this.#kept = kept;
    this.#foreign = foreign;
    this.resume = resume;
  }

  /**
   * Opens the backup of `training` in `folder`, which is made where there is none. Where it holds another training, or a
   * damaged one, a line says so, and it is moved to `<folder>.1`, `.2` and so on with the first `save`.
   *
   * @throws FolderInUseError while another training, in this process or another, has the folder.
   */
  static async open(folder: string, training: TrainingDescription): Promise<TrainingBackup> {
    const path = resolve(folder);
    const lock = lockFolder(path);
    try {
      const found = await readBackup(path, training);
      if (found === undefined) return new TrainingBackup(path, lock, { training, records: [] }, false);
      if (typeof found !== 'string') return new TrainingBackup(path, lock, found.kept, false, found.resume);
      console.warn(
        `${found} This training begins anew; its first finished epoch moves what ${path} holds to ${path}.1, or the next ` +
          `free number.`,
      );
      return new TrainingBackup(path, lock, { training, records: [] }, true);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Resolves when the training, of whose last epoch `snapshot` is, lies on the disk. */
  async save(records: readonly EpochRecord[], snapshot: TrainingSnapshot): Promise<void> {
    // The checkpoints first: without its backup.json a checkpoint counts as left over.
    if (this.#foreign) moveAside(this.#folder, [...listCheckpoints(this.#folder), FILE]);
    this.#foreign = false;
    const checkpoint = checkpointName(records.length);
    await writeCheckpoint(join(this.#folder, checkpoint), snapshot);
    this.#write({ training: this.#kept.training, records: [...records] });
    for (const name of listCheckpoints(this.#folder)) {
      if (name !== checkpoint) rmSync(join(this.#folder, name), { force: true });
    }
  }

  /** Gives the folder free; `model` is the trained one, with which the same training can be asked for once more. */
  close(model: tf.LayersModel): void {
    try {
      if (this.#kept.records.length > 0) this.#write({ ...this.#kept, left: checksumOf(...readWeights(model)) });
    } finally {
      this.#lock.release();
    }
  }

  #write(kept: BackupContent): void {
    const path = join(this.#folder, FILE);
    replaceFile(path, JSON.stringify(kept, encodeNumbers));
    this.#kept = kept;
  }
}

/** All that a training with `fit` follows from, but for what the callbacks were made with. */
export function describeTraining(
  model: tf.LayersModel,
  train: Dataset,
  validation: Dataset | undefined,
  callbacks: readonly Callback[],
  settings: { readonly epochs: number; readonly batchSize: number; readonly seed: number },
): TrainingDescription {
  const describe = ({ name, images, labels }: Dataset) => ({ name, checksum: checksumOf(images, labels) });
  // TensorFlow.js numbers the names of models and layers through a process, so another process has others.
  const places = new Map([model, ...model.layers].map(({ name }, i) => [name, i]));
  const place = (_key: string, value: unknown) => places.get(value as string) ?? value;
  return {
    ...settings,
    train: describe(train),
    validation: validation && describe(validation),
    callbacks: callbacks.map((callback) => callback.constructor.name),
    model: JSON.parse(JSON.stringify(model.getConfig(), place)),
    compile: compileConfigOf(model),
    initialWeights: checksumOf(...readWeights(model)),
  };
}

const checkpointName = (epoch: number) => `epoch-${epoch}.ckpt`;

function listCheckpoints(folder: string): string[] {
  return readdirSync(folder).filter((name) => /^epoch-\d+\.ckpt(\.new)?$/.test(name));
}

/** The training that the folder holds; undefined where it holds none, and in words why that cannot be taken up. */
async function readBackup(
  folder: string,
  training: TrainingDescription,
): Promise<{ kept: BackupContent; resume: Resume } | string | undefined> {
  const path = join(folder, FILE);
  if (!existsSync(path)) return undefined;
  let kept: BackupContent;
  try {
    kept = JSON.parse(readFileSync(path, 'utf8'), decodeNumbers) as BackupContent;
  } catch (error) {
    return `The backup ${path} is damaged (${(error as Error).message}).`;
  }
  const fault = describeFault(kept, keptSchema) ?? findMissingEpoch(kept);
  if (fault !== undefined) return `The backup ${path} is damaged (${fault}).`;
  const differing = findDifferences(kept, training);
  if (differing.length > 0) {
    return `The backup in ${folder} is of another training (it differs in: ${differing.join(', ')}).`;
  }
  try {
    const snapshot = await readCheckpoint(join(folder, checkpointName(kept.records.length)));
    if (snapshot.epoch !== kept.records.length) {
      return `The backup in ${folder} is damaged (its checkpoint is of epoch ${snapshot.epoch}, not ${kept.records.length}).`;
    }
    return { kept, resume: { records: kept.records, snapshot } };
  } catch (error) {
    if (error instanceof CheckpointError) return error.message;
    throw error;
  }
}

function findMissingEpoch({ records }: BackupContent): string | undefined {
  const place = records.findIndex(({ epoch }, i) => epoch !== i + 1);
  return place < 0 ? undefined : `records[${place}].epoch must be ${place + 1}, but is ${records[place].epoch}`;
}

/** In what a training differs from the kept one; the weights may also be those that the kept one left the model with. */
function findDifferences({ training: kept, left }: BackupContent, training: TrainingDescription): string[] {
  const text = (value: unknown) => JSON.stringify(value);
  return [...new Set([...Object.keys(kept), ...Object.keys(training)])].filter(
    (key) => text(kept[key]) !== text(training[key]) && !(key === 'initialWeights' && training.initialWeights === left),
  );
}
