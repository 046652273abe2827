import { IMAGE_SIZE, PIXELS } from '../data/dataset';
import type { AugmentationConfig } from '../models/augmentation';
import { type Random, random } from '../random';
import { Graph, output, type Value } from './graph';
import { NativeTensor, Session } from './session';

/** Points of the elastic deformation to each side. */
const POINTS = 4;
/** Side of an image in a frame of background, one pixel wide. */
const FRAMED = IMAGE_SIZE + 2;

/** The part of a graph that varies images: the affine map of each by one TensorFlow op, then its elastic deformation. */
export class Augmentation {
  readonly #config: AugmentationConfig;
  readonly #transforms: Value;
  readonly #displacements?: Value;
  /** The varied images, as those that came. */
  readonly images: Value;

  /** @param images float32 `[b, 28, 28, 1]`, 0 for the background. */
  constructor(graph: Graph, images: Value, config: AugmentationConfig) {
    this.#config = config;
    const side = config.elastic ? FRAMED : IMAGE_SIZE;
    this.#transforms = graph.placeholder('float32', [null, 8]);
    const warped = graph.add(
      'ImageProjectiveTransformV3',
      [images, this.#transforms, graph.constant([side, side], 'int32'), graph.constant(0)],
      [
        ['dtype', 'type', 'float32'],
        ['interpolation', 'string', 'BILINEAR'],
        ['fill_mode', 'string', 'CONSTANT'],
      ],
    );
    this.images = output(warped, 0);
    if (config.elastic) {
      this.#displacements = graph.placeholder('float32', [null, 2, POINTS ** 2]);
      this.images = emitDeformation(graph, this.images, this.#displacements);
    }
  }

  /** What the graph is fed for `count` images; all follows from `seed`. The caller disposes the tensors. */
  feed(count: number, seed: number): [Value, NativeTensor][] {
    const draws = random(seed, 'augmentation');
    const transforms = new Float32Array(count * 8);
    for (let i = 0; i < count; i++) transforms.set(drawTransform(this.#config, draws), i * 8);
    const fed: [Value, NativeTensor][] = [[this.#transforms, new NativeTensor(transforms, [count, 8])]];
    const { elastic } = this.#config;
    if (this.#displacements && elastic) {
      const moved = Float32Array.from({ length: count * POINTS ** 2 * 2 }, () => elastic * drawNormal(draws));
      fed.push([this.#displacements, new NativeTensor(moved, [count, 2, POINTS ** 2])]);
    }
    return fed;
  }
}

/**
 * An affine map as TensorFlow takes it: the eight numbers that take a pixel of the result to the place in the original that it
 * shows, `x' = t0 x + t1 y + t2`, `y' = t3 x + t4 y + t5`.
 */
function drawTransform(config: AugmentationConfig, draws: Random): number[] {
  const upTo = (limit = 0) => (2 * draws.next() - 1) * limit;
  const angle = (upTo(config.rotation) * Math.PI) / 180;
  const size = 1 + upTo(config.scale);
  const shear = upTo(config.shear);
  const [right, down] = [upTo(config.shift) * IMAGE_SIZE, upTo(config.shift) * IMAGE_SIZE];
  const [cos, sin] = [Math.cos(angle) / size, Math.sin(angle) / size];
  const [a, b, c, d] = [cos, cos * shear - sin, sin, sin * shear + cos];
  // About the centre of the image.
  const centre = (IMAGE_SIZE - 1) / 2;
  const frame = config.elastic ? 1 : 0;
  const [x, y] = [centre + frame + right, centre + frame + down];
  return [a, b, centre - a * x - b * y, c, d, centre - c * x - d * y, 0, 0];
}

/** A draw from the standard normal distribution (Box and Muller 1958). */
function drawNormal(draws: Random): number {
  return Math.sqrt(-2 * Math.log(1 - draws.next())) * Math.cos(2 * Math.PI * draws.next());
}

/**
 * Each pixel shows the place that it is moved by, between four pixels in proportion; outside the image that is background.
 *
 * @param framed Images in their frames, `[b, 30, 30, 1]`; the result is without, `[b, 28, 28, 1]`.
 */
function emitDeformation(graph: Graph, framed: Value, displacements: Value): Value {
  const flat = graph.reshape(framed, [null, FRAMED ** 2]);
  // Bicubic interpolation as one product of matrices: `ResizeBicubic` takes many times as long.
  const weights = graph.reshape(graph.constant(interpolationWeights()), [POINTS ** 2, PIXELS]);
  const moved = graph.reshape(
    graph.float('MatMul', [graph.reshape(displacements, [null, POINTS ** 2]), weights]),
    [null, 2, PIXELS],
  );
  const parts = graph.add(
    'Unpack',
    [moved],
    [
      ['T', 'type', 'float32'],
      ['num', 'int', 2],
      ['axis', 'int', 1],
    ],
  );
  const place = (part: number, own: (pixel: number) => number) => {
    const start = graph.constant(Array.from({ length: PIXELS }, (_, pixel) => own(pixel) + 1));
    const wanted = graph.float('AddV2', [output(parts, part), start]);
    const kept = graph.float('Minimum', [
      graph.float('Maximum', [wanted, graph.constant(0)]),
      // Just before the last pixel, so that it is the second of two.
      graph.constant(FRAMED - 1 - 1e-3),
    ]);
    const before = graph.float('Floor', [kept]);
    return { before, share: graph.float('Sub', [kept, before]) };
  };
  const y = place(0, (pixel) => Math.floor(pixel / IMAGE_SIZE));
  const x = place(1, (pixel) => pixel % IMAGE_SIZE);
  const row = graph.float('Mul', [y.before, graph.constant(FRAMED)]);
  const corner = graph.cast(graph.float('AddV2', [row, x.before]), 'int32');
  const at = (offset: number) => {
    const index = graph.add('AddV2', [corner, graph.constant(offset, 'int32')], [['T', 'type', 'int32']]);
    return output(
      graph.add(
        'GatherV2',
        [flat, output(index, 0, 'int32'), graph.constant(1, 'int32')],
        [
          ['Tparams', 'type', 'float32'],
          ['Tindices', 'type', 'int32'],
          ['Taxis', 'type', 'int32'],
          ['batch_dims', 'int', 1],
        ],
      ),
      0,
    );
  };
  const between = (from: Value, to: Value, share: Value) =>
    graph.float('AddV2', [from, graph.float('Mul', [graph.float('Sub', [to, from]), share])]);
  const above = between(at(0), at(1), x.share);
  const below = between(at(FRAMED), at(FRAMED + 1), x.share);
  return graph.reshape(between(above, below, y.share), [null, IMAGE_SIZE, IMAGE_SIZE, 1]);
}

/**
 * What each of the points counts at each pixel, `[16, 784]`: Keys 1981, "Cubic convolution interpolation for digital image
 * processing", equation 15 (a = -1/2), the points reaching from edge to edge and the outermost ones continued.
 */
function interpolationWeights(): number[] {
  const kernel = (distance: number) => {
    const s = Math.abs(distance);
    if (s < 1) return 1.5 * s ** 3 - 2.5 * s ** 2 + 1;
    return s < 2 ? -0.5 * s ** 3 + 2.5 * s ** 2 - 4 * s + 2 : 0;
  };
  const last = POINTS - 1;
  const along = Array.from({ length: POINTS }, (_, point) =>
    Array.from({ length: IMAGE_SIZE }, (_, pixel) => {
      const place = (pixel * last) / (IMAGE_SIZE - 1);
      const beyond = point === 0 ? kernel(place + 1) : point === last ? kernel(place - last - 1) : 0;
      return kernel(place - point) + beyond;
    }),
  );
  return along.flatMap((down) => along.flatMap((right) => down.flatMap((v) => right.map((h) => v * h))));
}

/** Varies images by themselves, outside a training graph. Whoever makes it disposes it. */
export class Augmenter {
  readonly #augmentation: Augmentation;
  readonly #pixels: Value;
  readonly #result: Value;
  readonly #session: Session;

  constructor(config: AugmentationConfig) {
    const graph = new Graph();
    this.#pixels = graph.placeholder('uint8', [null, IMAGE_SIZE, IMAGE_SIZE, 1]);
    this.#augmentation = new Augmentation(graph, graph.cast(this.#pixels, 'float32'), config);
    // tfjs-node reads no uint8.
    this.#result = graph.cast(graph.float('Rint', [this.#augmentation.images]), 'int32');
    this.#session = new Session(graph);
  }

  /** Varied copies of grey levels, uint8 `[n, 784]`; all follows from `seed`, 0 to 2^53 - 1. */
  run(images: Uint8Array, seed: number): Uint8Array {
    const count = images.length / PIXELS;
    const own: [Value, NativeTensor][] = [
      [this.#pixels, new NativeTensor(images, [count, IMAGE_SIZE, IMAGE_SIZE, 1])],
      ...this.#augmentation.feed(count, seed),
    ];
    try {
      return Uint8Array.from(this.#session.run(new Map(own), [this.#result])[0]);
    } finally {
      for (const [, tensor] of own) tensor.dispose();
    }
  }

  dispose(): void {
    this.#session.dispose();
  }
}
