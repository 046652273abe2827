import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { weightsOf } from '../recipe/trainable';
import { anything, describeFault, either, fields, listOf, oneOf, text, whole } from '../storage/schema';
import { explainWriteError } from '../storage/write-error';
import * as tf from '../tensorflow';
import type { OptimizerState } from '../tensorflow/optimizer-state';
import type { CallbackState } from './callbacks';

/** A training after one of its epochs, outside TensorFlow: all that the epochs to come depend on. */
export interface TrainingSnapshot {
  /** Epochs finished, from 1. */
  readonly epoch: number;
  /** Of the model's weights, moving averages included, in the order of `weightsOf(model)`. */
  readonly shapes: readonly (readonly number[])[];
  readonly weights: readonly Float32Array[];
  /** How the training ended, where it has: at its last epoch, or because a callback stopped it. */
  readonly end?: { readonly stopped?: string; readonly bestEpoch?: number };
  /** Undefined where the training has ended: nothing depends on it any more. */
  readonly optimizer?: OptimizerState;
  /** One for each callback, null where it remembers nothing; empty where the training has ended. */
  readonly callbacks: readonly (CallbackState | null)[];
}

/** Thrown for a checkpoint file that is missing, damaged or no checkpoint. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

/** Copies of the model's weights, moving averages included, in the order of `weightsOf(model)`. */
export function readWeights(model: tf.LayersModel): Float32Array[] {
  return weightsOf(model).map((weight) => weight.read().dataSync<'float32'>());
}

/**
 * Sets the weights of `model` to those of a snapshot, for instance to predict with it.
 *
 * @throws Error where the model's weights have other shapes: it was built from other hyperparameters.
 */
export function restoreWeights(model: tf.LayersModel, { shapes, weights }: Pick<TrainingSnapshot, 'shapes' | 'weights'>): void {
  const show = (list: readonly (readonly (number | null)[])[]) => list.map((shape) => `[${shape.join(', ')}]`).join(' ');
  const expected = show(weightsOf(model).map(({ shape }) => shape));
  if (show(shapes) !== expected) {
    throw new Error(
      `The snapshot must fit the model, whose weights have the shapes ${expected}, but has ${show(shapes)}; ` +
        `build the model from the hyperparameters that the snapshot's had.`,
    );
  }
  weightsOf(model).forEach((weight, i) => {
    const value = tf.tensor(weights[i], shapes[i] as number[]);
    // Not by `write`, which would apply the layer's constraints once more.
    (weight.read() as tf.Variable).assign(value);
    value.dispose();
  });
}

// A checkpoint is one file, little-endian:
//   0  8 bytes  magic
//   8  uint32   version
//  12  uint32   CRC-32 of the rest of the file, from byte 16
//  16  uint64   size of the file in bytes
//  24  uint32   size of the header: JSON, filled up with spaces so that the numbers start at a multiple of 4
//  28  header, then the float32 numbers of all its arrays in order
const MAGIC = Buffer.from('INKWCKPT', 'latin1');
const VERSION = 1;
const FIXED_BYTES = 28;

interface Header {
  readonly epoch: number;
  readonly end?: TrainingSnapshot['end'];
  readonly shapes: TrainingSnapshot['shapes'];
  readonly optimizer?: {
    readonly optimizer: string;
    readonly step: number;
    readonly slots: readonly number[];
    readonly averaged?: readonly number[];
  };
  readonly callbacks: readonly ({ readonly values: unknown; readonly arrays: readonly number[] } | null)[];
}

const lengths = listOf(whole(0));
/** Validates a `Header` read from disk. */
const headerSchema = fields(
  {
    epoch: whole(1),
    shapes: listOf(listOf(whole(0))),
    callbacks: listOf(either('what it remembers, or null', oneOf(null), fields({ arrays: lengths }, { values: anything }))),
  },
  {
    end: fields({}, { stopped: text, bestEpoch: whole(1) }),
    optimizer: fields({ optimizer: text, step: whole(0), slots: lengths }, { averaged: lengths }),
  },
);

/**
 * Resolves when the snapshot lies in one file. It is written aside before it takes its name, so that whoever is killed while
 * writing leaves the old file or the new one. The folder is made where there is none.
 *
 * @param flush Whether it waits for the disk, some 20 ms, so that the file outlives a loss of power, too; default true.
 * @throws WriteError where there is no room or right to; the old file is as it was.
 */
export async function writeCheckpoint(path: string, snapshot: TrainingSnapshot, flush = true): Promise<void> {
  const { epoch, end, shapes, weights, optimizer, callbacks } = snapshot;
  const measure = (arrays: readonly Float32Array[]) => arrays.map(({ length }) => length);
  const header: Header = {
    epoch,
    end,
    shapes,
    optimizer: optimizer && {
      ...optimizer,
      slots: measure(optimizer.slots),
      averaged: optimizer.averaged && measure(optimizer.averaged),
    },
    callbacks: callbacks.map((state) => state && { values: state.values, arrays: measure(state.arrays ?? []) }),
  };
  const json = Buffer.from(JSON.stringify(header));
  const head = Buffer.alloc(FIXED_BYTES + Math.ceil(json.length / 4) * 4, ' ');
  const arrays = [
    ...weights,
    ...(optimizer?.slots ?? []),
    ...(optimizer?.averaged ?? []),
    ...callbacks.flatMap((state) => state?.arrays ?? []),
  ].map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength));
  MAGIC.copy(head);
  head.writeUInt32LE(VERSION, 8);
  const size = arrays.reduce((sum, { length }) => sum + length, head.length);
  head.writeBigUInt64LE(BigInt(size), 16);
  head.writeUInt32LE(head.length - FIXED_BYTES, 24);
  json.copy(head, FIXED_BYTES);
  head.writeUInt32LE(
    arrays.reduce((sum, bytes) => crc32(bytes, sum), crc32(head.subarray(16))),
    12,
  );
  await replaceFile(path, [head, ...arrays], flush);
}

/**
 * Resolves when the content of a checkpoint's file, from another machine, lies on this one's disk, as `writeCheckpoint` would
 * have written it.
 *
 * @throws CheckpointError where it is none, or damaged; then nothing is written.
 */
export async function copyCheckpoint(path: string, bytes: Buffer): Promise<void> {
  checkContent(path, bytes);
  await replaceFile(path, [bytes], true);
}

async function replaceFile(path: string, content: readonly Uint8Array[], flush: boolean): Promise<void> {
  const directory = dirname(path);
  const aside = `${path}.new`;
  try {
    await mkdir(directory, { recursive: true });
    await writeFile(aside, content, { flush });
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw explainWriteError(error, path);
  }
  if (!flush) return;
  // The new name must be on the disk as well before anyone relies on it.
  const folder = await open(directory);
  await folder.sync().finally(() => folder.close());
}

/**
 * The snapshot that `writeCheckpoint` wrote; its arrays are views of one buffer.
 *
 * @throws CheckpointError where the file is missing, cut short, damaged, or no checkpoint of this version.
 */
export async function readCheckpoint(path: string): Promise<TrainingSnapshot> {
  const bytes = await readFile(path).catch((error: Error) => refuse(path, `cannot be read (${error.message})`));
  return parseCheckpoint(path, bytes);
}

function refuse(path: string, fault: string): never {
  throw new CheckpointError(`The checkpoint ${path} ${fault}; train from the start, or from an earlier checkpoint.`);
}

/** The header, how many numbers each weight has, and where the numbers begin. */
function checkContent(path: string, bytes: Buffer): { header: Header; sizes: number[]; start: number } {
  const fail = (fault: string): never => refuse(path, fault);
  if (bytes.length < FIXED_BYTES) fail(`is cut short: it has ${bytes.length} bytes, fewer than any checkpoint`);
  if (!bytes.subarray(0, 8).equals(MAGIC)) fail(`is no checkpoint: it must begin with ${MAGIC}`);
  const version = bytes.readUInt32LE(8);
  if (version !== VERSION) fail(`has format version ${version}, but only version ${VERSION} can be read`);
  const size = bytes.readBigUInt64LE(16);
  if (BigInt(bytes.length) !== size) fail(`is damaged: it must have ${size} bytes, but has ${bytes.length}`);
  const [expected, found] = [bytes.readUInt32LE(12), crc32(bytes.subarray(16))];
  if (expected !== found) {
    fail(`is damaged: its CRC-32 must be ${expected.toString(16)}, but is ${found.toString(16)}`);
  }
  const start = FIXED_BYTES + bytes.readUInt32LE(24);
  if (start > bytes.length || start % 4 !== 0) fail(`is damaged: its header cannot end at byte ${start}`);
  const header = readHeader(bytes.subarray(FIXED_BYTES, start), fail);
  const { shapes, optimizer, callbacks } = header;
  const sizes = shapes.map((shape) => shape.reduce((product, side) => product * side, 1));
  const others = [...(optimizer?.slots ?? []), ...(optimizer?.averaged ?? [])];
  const remembered = callbacks.flatMap((state) => state?.arrays ?? []);
  const numbers = [...sizes, ...others, ...remembered].reduce((sum, length) => sum + length, 0);
  if (start + 4 * numbers !== bytes.length) {
    fail(`is damaged: its header announces ${numbers} numbers from byte ${start}, but it has ${bytes.length} bytes`);
  }
  return { header, sizes, start };
}

/** The arrays are views of `bytes`, which must begin where numbers may. */
function parseCheckpoint(path: string, bytes: Buffer): TrainingSnapshot {
  const { header, sizes, start } = checkContent(path, bytes);
  const { epoch, end, shapes, optimizer, callbacks } = header;
  let offset = bytes.byteOffset + start;
  const take = (length: number): Float32Array => {
    const array = new Float32Array(bytes.buffer, offset, length);
    offset += array.byteLength;
    return array;
  };
  return {
    epoch,
    shapes,
    weights: sizes.map(take),
    ...(end && { end }),
    ...(optimizer && { optimizer: { ...optimizer, slots: optimizer.slots.map(take), averaged: optimizer.averaged?.map(take) } }),
    callbacks: callbacks.map((state) => state && { values: state.values, arrays: state.arrays.map(take) }),
  };
}

function readHeader(bytes: Buffer, fail: (what: string) => never): Header {
  let found: unknown;
  try {
    found = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    return fail(`is damaged: its header is no JSON (${(error as Error).message})`);
  }
  const fault = describeFault(found, headerSchema, 'it');
  return fault === undefined ? (found as Header) : fail(`is damaged: in its header, ${fault}`);
}
