import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { checksumOf } from '../base/checksum';
import { random } from '../base/random';
import { cacheFolder } from '../storage/cache-folder';
import { describeFault, fields, finite, type Infer, oneOf } from '../storage/schema';
import { WriteError } from '../storage/write-error';
import * as tf from '../tensorflow';
import { normalizeImages } from './batch-normalization';
import { Graph, type Value } from './graph';
import { cast, conv2d, maxPool, relu } from './operations';
import { NativeTensor, Session } from './session';
import { Tape, type Tensor } from './tape';

export type ConvolutionType = 'float32' | 'bfloat16';

/** What a file of the cache folder has: the milliseconds that the same work took in both types, and what follows. */
const measurement = fields({ type: oneOf('float32', 'bfloat16'), float32: finite(), bfloat16: finite() });

/** bfloat16 must be so many times as fast: it costs digits, and what is closer is within the clock's noise. */
const LEAST_GAIN = 1.1;
const IMAGES = 64;
/** An odd number, with the first, which TensorFlow prepares. */
const ROUNDS = 9;

let found: ConvolutionType | undefined;

/**
 * The type in which this processor convolves faster, forth and back: bfloat16 where it multiplies such numbers by itself (AMX or
 * AVX-512 BF16 of x86-64, BF16 of ARM), float32 where TensorFlow would have to convert them.
 *
 * Processors do not say so in one way, and some that do are no faster; so the first process of a user on a machine measures it,
 * for a third of a second, and leaves what it found in the cache folder, so that all processes train alike. Delete
 * `~/.cache/inkwell/convolutions-*.json` to have it measured again.
 */
export function fasterConvolutionType(): ConvolutionType {
  found ??= readMeasurement(measurementPath()) ?? measureOnce();
  return found;
}

function measureOnce(): ConvolutionType {
  const path = measurementPath();
  const times = measureConvolutions();
  const type: ConvolutionType = times.float32 > LEAST_GAIN * times.bfloat16 ? 'bfloat16' : 'float32';
  if (path === undefined) return type;
  const aside = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(aside, JSON.stringify({ type, ...times }));
  } catch {
    // Without a cache folder, or room in it, each process measures for itself.
    removeFile(aside);
    return type;
  }
  if (readMeasurement(path) === undefined) removeFile(path);
  try {
    linkSync(aside, path);
  } catch {
    // Another process was first: its measurement counts.
  }
  removeFile(aside);
  return readMeasurement(path) ?? type;
}

function removeFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Where there is no folder, there is no file.
  }
}

/** The type that an earlier process found; undefined where none did, or its file is damaged. */
function readMeasurement(path: string | undefined): ConvolutionType | undefined {
  if (path === undefined) return undefined;
  try {
    const read = JSON.parse(readFileSync(path, 'utf8')) as Infer<typeof measurement>;
    return describeFault(read, measurement) ? undefined : read.type;
  } catch {
    return undefined;
  }
}

/** A file for each processor, its features and TensorFlow's version: several machines may share a home. */
function measurementPath(): string | undefined {
  const { TF_Version: version } = (tf.backend() as unknown as { binding: { TF_Version: string } }).binding;
  const processor = Buffer.from(`${cpus()[0]?.model} ${readFeatures()} ${version}`);
  try {
    return join(cacheFolder(), `convolutions-${checksumOf(processor)}.json`);
  } catch {
    return undefined;
  }
}

/** What Linux says that the processor can; empty elsewhere, where its name says enough. */
function readFeatures(): string {
  try {
    return /^(flags|Features)\s*:.*$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[0] ?? '';
  } catch {
    return '';
  }
}

/**
 * Medians of the milliseconds that the gradients of a small network take in both types, in turns; more than any for bfloat16
 * where TensorFlow has no kernels of it.
 *
 * @throws WriteError as `Session`.
 */
export function measureConvolutions(): Record<ConvolutionType, number> {
  const times: Record<ConvolutionType, number[]> = { float32: [], bfloat16: [] };
  const networks = new Map<ConvolutionType, Network>();
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const type of ['float32', 'bfloat16'] as const) {
        const network = networks.get(type) ?? new Network(type);
        networks.set(type, network);
        const started = performance.now();
        network.run();
        times[type].push(performance.now() - started);
      }
    }
  } catch (error) {
    // What float32 cannot do either is another fault, of which nothing must be kept.
    if (error instanceof WriteError || times.float32.length === 0) throw error;
    times.bfloat16 = [];
  } finally {
    for (const network of networks.values()) network.dispose();
  }
  const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? Number.MAX_VALUE;
  return { float32: median(times.float32), bfloat16: median(times.bfloat16) };
}

/** Two convolutions of 32 and 64 filters, each with batch normalization, ReLU and max pooling, and their gradients. */
class Network {
  readonly #session: Session;
  readonly #inputs = new Map<Value, NativeTensor>();
  readonly #outputs: readonly Value[];

  constructor(type: ConvolutionType) {
    const graph = new Graph();
    const tape = new Tape(graph);
    const batchSize = graph.constant(IMAGES, 'int32');
    const draws = random(0, 'convolutions');
    const feed = (shape: readonly number[]): Tensor => {
      const numbers = Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => draws.next() - 0.5);
      const value = graph.placeholder('float32', shape);
      this.#inputs.set(value, new NativeTensor(numbers, shape));
      return cast(tape, { ...value, shape }, type);
    };
    const vector = (length: number, value: number): Tensor => ({
      ...graph.constant(Array<number>(length).fill(value)),
      shape: [length],
    });
    const kernels = [feed([3, 3, 1, 32]), feed([3, 3, 32, 64])];
    let x = feed([IMAGES, 28, 28, 1]);
    for (const [layer, kernel] of kernels.entries()) {
      const filters = kernel.shape[3] as number;
      const [side, half] = [28 >> layer, 14 >> layer];
      const convolution = { strides: [1, 1], padding: 'same', dilations: [1, 1] } as const;
      const y = conv2d(tape, x, kernel, [IMAGES, side, side, filters], convolution);
      const normalized = normalizeImages(tape, y, vector(filters, 1), vector(filters, 0), 1e-3, batchSize).y;
      const pooling = { size: [2, 2], strides: [2, 2], padding: 'valid' } as const;
      x = maxPool(tape, relu(tape, normalized), [IMAGES, half, half, filters], pooling);
    }
    const gradients = tape.gradients(x, x);
    this.#outputs = kernels.map(({ name }) => graph.cast(gradients.get(name) as Value, 'float32'));
    this.#session = new Session(graph);
  }

  run(): void {
    this.#session.run(this.#inputs, this.#outputs);
  }

  dispose(): void {
    this.#session.dispose();
    for (const tensor of this.#inputs.values()) tensor.dispose();
  }
}
