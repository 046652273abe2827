import { type Random, random } from '../base/random';
import { IMAGE_SIZE, PIXELS } from '../data/dataset';
import type { AugmentationConfig } from '../recipe/augmentation';
import { Graph, output, type Value } from './graph';
import { NativeTensor, Session } from './session';

/** Points of the elastic deformation to each side. */
const POINTS = 4;
/** Side of the grid on which images are sampled: at every half pixel, and one pixel of background around. */
const FINE = 2 * (IMAGE_SIZE + 1) + 1;
/** What a coordinate of a place is made of with an elastic deformation: x, y, 1 and the displacements of the points. */
const ELASTIC_NUMBERS = 3 + POINTS ** 2;

/**
 * The part of a graph that varies images. Each pixel of the result shows a place of the original that follows from an affine
 * map and an elastic deformation, sampled once: two samplings one after the other, or a bilinear one on the pixels themselves,
 * blur the strokes, and a model trained on blurred images reads sharp ones worse.
 */
export class Augmentation {
  readonly #config: AugmentationConfig;
  /** Where each image is sampled: `[b, 8]`, or `[b, 2, 19]` with an elastic deformation. */
  readonly #maps: Value;
  /** The varied images, float32 `[b, 28, 28, 1]` in [0, 1]. */
  readonly images: Value;

  /** @param images float32 `[b, 28, 28, 1]` in [0, 1], 0 for the background. */
  constructor(graph: Graph, images: Value, config: AugmentationConfig) {
    this.#config = config;
    const fine = emitFine(graph, images);
    this.#maps = graph.placeholder('float32', config.elastic ? [null, 2, ELASTIC_NUMBERS] : [null, 8]);
    const sampled = config.elastic
      ? emitSampling(graph, fine, emitPlaces(graph, this.#maps))
      : emitAffine(graph, fine, this.#maps);
    // The cubic overshoots beside strokes.
    this.images = graph.reshape(clip(graph, sampled, 0, 1), [null, IMAGE_SIZE, IMAGE_SIZE, 1]);
  }

  /** What the graph is fed for `count` images; all follows from `seed`. The caller disposes the tensor. */
  feed(count: number, seed: number): [Value, NativeTensor] {
    const draws = random(seed, 'augmentation');
    const { elastic } = this.#config;
    const maps = Array.from({ length: count }, () => {
      const rows = drawAffineMap(this.#config, draws);
      if (!elastic) return projection(rows);
      return rows.flatMap((row) => [...row, ...Array.from({ length: POINTS ** 2 }, () => elastic * drawNormal(draws))]);
    });
    const shape = elastic ? [count, 2, ELASTIC_NUMBERS] : [count, 8];
    return [this.#maps, new NativeTensor(Float32Array.from(maps.flat()), shape)];
  }
}

/** What x and y of the place are in terms of x, y and 1, `[2, 3]`. */
function drawAffineMap(config: AugmentationConfig, draws: Random): number[][] {
  const upTo = (limit = 0) => (2 * draws.next() - 1) * limit;
  const angle = (upTo(config.rotation) * Math.PI) / 180;
  const size = 1 + upTo(config.scale);
  const shear = upTo(config.shear);
  const [right, down] = [upTo(config.shift) * IMAGE_SIZE, upTo(config.shift) * IMAGE_SIZE];
  const [cos, sin] = [Math.cos(angle) / size, Math.sin(angle) / size];
  const [a, b, c, d] = [cos, cos * shear - sin, sin, sin * shear + cos];
  // About the centre of the image.
  const centre = (IMAGE_SIZE - 1) / 2;
  const [x, y] = [centre + right, centre + down];
  return [
    [a, b, centre - a * x - b * y],
    [c, d, centre - c * x - d * y],
  ];
}

/** A draw from the standard normal distribution (Box and Muller 1958). */
function drawNormal(draws: Random): number {
  return Math.sqrt(-2 * Math.log(1 - draws.next())) * Math.cos(2 * Math.PI * draws.next());
}

/** An affine map of pixels as `ImageProjectiveTransformV3` takes it: from pixels of the result to the fine grid. */
function projection(rows: readonly (readonly number[])[]): number[] {
  return [...rows.flatMap(([x, y, one]) => [2 * x, 2 * y, 2 * one + 2]), 0, 0];
}

/**
 * What the places are made of at each pixel, `[19, 784]`: x, y, 1 and what each point of the elastic deformation counts, the
 * points reaching from edge to edge and the outermost ones continued.
 */
function placeBasis(): number[] {
  const pixels = Array.from({ length: PIXELS }, (_, pixel) => pixel);
  const affine = [
    pixels.map((pixel) => pixel % IMAGE_SIZE),
    pixels.map((pixel) => Math.floor(pixel / IMAGE_SIZE)),
    pixels.map(() => 1),
  ];
  const last = POINTS - 1;
  const along = Array.from({ length: POINTS }, (_, point) =>
    Array.from({ length: IMAGE_SIZE }, (_, pixel) => {
      const place = (pixel * last) / (IMAGE_SIZE - 1);
      const beyond = point === 0 ? cubic(place + 1) : point === last ? cubic(place - last - 1) : 0;
      return cubic(place - point) + beyond;
    }),
  );
  return [...affine.flat(), ...along.flatMap((down) => along.flatMap((right) => down.flatMap((v) => right.map((h) => v * h))))];
}

/** Keys 1981, "Cubic convolution interpolation for digital image processing", equation 15. */
function cubic(distance: number): number {
  const s = Math.abs(distance);
  if (s < 1) return 1.5 * s ** 3 - 2.5 * s ** 2 + 1;
  return s < 2 ? -0.5 * s ** 3 + 2.5 * s ** 2 - 4 * s + 2 : 0;
}

function clip(graph: Graph, value: Value, least: number, most: number): Value {
  return graph.float('Minimum', [graph.float('Maximum', [value, graph.constant(least)]), graph.constant(most)]);
}

/**
 * Images on the fine grid, `[b, 28, 28, 1]` -> `[b, 59, 59]`: cubic at every half pixel. Pixel k stands in row and column
 * 2 k + 2; the edge is background.
 */
function emitFine(graph: Graph, images: Value): Value {
  const weights = Array.from({ length: FINE }, (_, fine) =>
    Array.from({ length: IMAGE_SIZE }, (_, pixel) => cubic(fine / 2 - 1 - pixel)),
  );
  const enlarge = graph.reshape(graph.constant(weights.flat()), [FINE, IMAGE_SIZE]);
  const pictures = graph.reshape(images, [null, IMAGE_SIZE, IMAGE_SIZE]);
  const higher = graph.float('BatchMatMulV2', [enlarge, pictures]);
  return graph.float('BatchMatMulV2', [higher, enlarge], [['adj_y', 'bool', true]]);
}

/** The fine images at places that are affine in the pixels, by `maps`, `[b, 8]`, linear between its points: `[b, 28, 28, 1]`. */
function emitAffine(graph: Graph, fine: Value, maps: Value): Value {
  const pictures = graph.reshape(fine, [null, FINE, FINE, 1]);
  const size = graph.constant([IMAGE_SIZE, IMAGE_SIZE], 'int32');
  const node = graph.add(
    'ImageProjectiveTransformV3',
    [pictures, maps, size, graph.constant(0)],
    [
      ['dtype', 'type', 'float32'],
      ['interpolation', 'string', 'BILINEAR'],
      ['fill_mode', 'string', 'CONSTANT'],
    ],
  );
  return output(node, 0);
}

/** The places that `numbers`, `[b, 2, 19]`, make at each pixel, x and y in pixels: `[b, 2, 784]`. */
function emitPlaces(graph: Graph, numbers: Value): Value {
  const basis = graph.reshape(graph.constant(placeBasis()), [ELASTIC_NUMBERS, PIXELS]);
  return graph.reshape(graph.float('MatMul', [graph.reshape(numbers, [null, ELASTIC_NUMBERS]), basis]), [null, 2, PIXELS]);
}

/** The fine images at any places, `[b, 2, 784]`, linear between the points of their grid: `[b, 784]`. */
function emitSampling(graph: Graph, fine: Value, places: Value): Value {
  const flat = graph.reshape(fine, [null, FINE ** 2]);
  // Outside the image all is background, as on the edge of the grid; the last point stays the second of two.
  const scaled = graph.float('AddV2', [graph.float('Mul', [places, graph.constant(2)]), graph.constant(2)]);
  const kept = clip(graph, scaled, 0, FINE - 1 - 1e-3);
  const before = graph.float('Floor', [kept]);
  const axes = (value: Value) => {
    const node = graph.add(
      'Unpack',
      [value],
      [
        ['T', 'type', 'float32'],
        ['num', 'int', 2],
        ['axis', 'int', 1],
      ],
    );
    return [output(node, 0), output(node, 1)];
  };
  const [shareX, shareY] = axes(graph.float('Sub', [kept, before]));
  const [x, y] = axes(before);
  const row = graph.float('Mul', [y, graph.constant(FINE)]);
  const corner = graph.cast(graph.float('AddV2', [row, x]), 'int32');
  const at = (offset: number) => {
    const index = graph.add('AddV2', [corner, graph.constant(offset, 'int32')], [['T', 'type', 'int32']]);
    const node = graph.add(
      'GatherV2',
      [flat, output(index, 0, 'int32'), graph.constant(1, 'int32')],
      [
        ['Tparams', 'type', 'float32'],
        ['Tindices', 'type', 'int32'],
        ['Taxis', 'type', 'int32'],
        ['batch_dims', 'int', 1],
      ],
    );
    return output(node, 0);
  };
  const between = (from: Value, to: Value, share: Value) =>
    graph.float('AddV2', [from, graph.float('Mul', [graph.float('Sub', [to, from]), share])]);
  const above = between(at(0), at(1), shareX);
  const below = between(at(FINE), at(FINE + 1), shareX);
  return between(above, below, shareY);
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
    const scaled = graph.float('RealDiv', [graph.cast(this.#pixels, 'float32'), graph.constant(255)]);
    this.#augmentation = new Augmentation(graph, scaled, config);
    this.#result = graph.reshape(this.#augmentation.images, [null, PIXELS]);
    this.#session = new Session(graph);
  }

  /** Varied copies, float32 in [0, 1], of grey levels, uint8 `[n, 784]`; all follows from `seed`, 0 to 2^53 - 1. */
  run(images: Uint8Array, seed: number): Float32Array {
    const count = images.length / PIXELS;
    const pixels = new NativeTensor(images, [count, IMAGE_SIZE, IMAGE_SIZE, 1]);
    const [places, drawn] = this.#augmentation.feed(count, seed);
    try {
      const [varied] = this.#session.run(
        new Map([
          [this.#pixels, pixels],
          [places, drawn],
        ]),
        [this.#result],
      );
      return varied as Float32Array;
    } finally {
      pixels.dispose();
      drawn.dispose();
    }
  }

  /** The same as grey levels. */
  runToGrey(images: Uint8Array, seed: number): Uint8Array {
    return Uint8Array.from(this.run(images, seed), (level) => Math.round(255 * level));
  }

  dispose(): void {
    this.#session.dispose();
  }
}
