import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Dataset } from '../data/dataset';
import { compileConfigOf } from '../models/compile';
import type * as tf from '../tensorflow';
import { type FolderLock, lockFolder } from '../tuner/journal/folder-lock';
import { moveAside } from '../tuner/journal/move-aside';
import {
  CheckpointError,
  readCheckpoint,
  readWeights,
  type TrainingSnapshot,
  writeCheckpoint,
} from './checkpoint';
import type { EpochRecord } from './history';

const FILE = 'training.json';

/** What `training.json` holds: which training it is, and its finished epochs. */
interface Kept {
  readonly training: string;
  readonly records: readonly EpochRecord[];
}

/**
 * A training on disk after each of its epochs, to be taken up again after a kill. The records name the checkpoint they belong
 * to, by their number, and take their place at once, so that both never contradict each other.
 */
export class TrainingBackup {
  readonly #directory: string;
  readonly #training: string;
  readonly #lock: FolderLock;
  /** Where the training has come to; undefined at its beginning. */
  readonly resume?: { readonly records: readonly EpochRecord[]; readonly snapshot: TrainingSnapshot };

  private constructor(
    directory: string,
    training: string,
    lock: FolderLock,
    resume?: TrainingBackup['resume'],
  ) {
    this.#directory = directory;
    this.#training = training;
    this.#lock = lock;
    this.resume = resume;
  }

  /**
   * Opens the backup of a training in `directory`, which is made where there is none. That of another training is moved aside,
   * to `<directory>.1`, `.2` and so on, which one line says; a damaged one is said to be, and the training begins anew.
   *
   * @param training All that the training follows from.
   * @throws SearchInUseError while another process trains with that folder.
   */
  static async open(directory: string, training: string): Promise<TrainingBackup> {
    const folder = resolve(directory);
    mkdirSync(folder, { recursive: true });
    const lock = lockFolder(folder);
    try {
      return new TrainingBackup(folder, training, lock, await readBackup(folder, training));
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Resolves when the training after its last epoch, of which `snapshot` is, lies on the disk. */
  async save(records: readonly EpochRecord[], snapshot: TrainingSnapshot): Promise<void> {
    const checkpoint = checkpointName(records.length);
    await writeCheckpoint(join(this.#directory, checkpoint), snapshot);
    const kept: Kept = { training: this.#training, records };
    const path = join(this.#directory, FILE);
    writeFileSync(`${path}.new`, JSON.stringify(kept), { flush: true });
    renameSync(`${path}.new`, path);
    for (const name of listCheckpoints(this.#directory)) {
      if (name !== checkpoint) rmSync(join(this.#directory, name), { force: true });
    }
  }

  /** Gives the folder free. */
  close(): void {
    this.#lock.release();
  }
}

/** All that a training with `fit` follows from, as text. */
export function describeTraining(
  model: tf.LayersModel,
  train: Dataset,
  validation: Dataset | undefined,
  settings: Readonly<Record<string, number>>,
): string {
  const checksum = (arrays: readonly ArrayBufferView[]) =>
    arrays.reduce(
      (sum, { buffer, byteOffset, byteLength }) => crc32(new Uint8Array(buffer, byteOffset, byteLength), sum),
      0,
    );
  const describe = ({ name, images, labels }: Dataset) => ({ name, checksum: checksum([images, labels]) });
  return JSON.stringify({
    ...settings,
    train: describe(train),
    ...(validation && { validation: describe(validation) }),
    layers: model.layers.map((layer) => layer.getClassName()),
    compile: compileConfigOf(model),
    weights: checksum(readWeights(model)),
  });
}

const checkpointName = (epoch: number) => `epoch-${epoch}.ckpt`;

function listCheckpoints(folder: string): string[] {
  return readdirSync(folder).filter((name) => /^epoch-\d+\.ckpt(\.new)?$/.test(name));
}

async function readBackup(folder: string, training: string): Promise<TrainingBackup['resume']> {
  const path = join(folder, FILE);
  if (!existsSync(path)) return undefined;
  let kept: Kept | undefined;
  try {
    kept = JSON.parse(readFileSync(path, 'utf8')) as Kept;
  } catch (error) {
    console.warn(`${path} cannot be read (${(error as Error).message}), so the training begins anew.`);
  }
  if (kept?.training === training) {
    try {
      const snapshot = await readCheckpoint(join(folder, checkpointName(kept.records.length)));
      return { records: kept.records, snapshot };
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      console.warn(`${error.message} So the training begins anew.`);
    }
  }
  const aside = moveAside(folder, [FILE, ...listCheckpoints(folder)]);
  if (kept && kept.training !== training) {
    console.warn(
      `${folder} held another training (of other images, weights or settings): it lies in ${aside} now, and this one begins.`,
    );
  }
  return undefined;
}
