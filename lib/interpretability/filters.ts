import { IMAGE_SIZE, PIXELS } from '../data/dataset';
import type * as tf from '../tensorflow';

/** What the units of a first layer look for, as images. Plain data. */
export interface Filters {
  /** Weights, `[count, height, width]` float32, row-major: where they are positive, ink speaks for the unit. */
  readonly values: Float32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /** Name of the layer. */
  readonly layer: string;
}

/**
 * The weights of the first layer with weights, as images: the kernels of a convolution, or for each unit of a dense layer its
 * weight for each of the 28 x 28 pixels.
 *
 * @throws Error unless that layer is a 2-D convolution of one channel or a dense layer of 784 inputs.
 */
export function firstLayerFilters(model: tf.LayersModel): Filters {
  const layer = model.layers.find(({ weights }) => weights.length > 0);
  const kind = layer?.getClassName();
  const kernel = kind === 'Conv2D' || kind === 'Dense' ? layer?.getWeights()[0] : undefined;
  const [height, width, channels] =
    kernel?.rank === 4 ? kernel.shape : kernel?.shape[0] === PIXELS ? [IMAGE_SIZE, IMAGE_SIZE, 1] : [];
  if (!layer || !kernel || channels !== 1) {
    throw new Error(
      'The first layer with weights must be a 2-D convolution of one channel or a dense layer of ' +
        `${PIXELS} inputs, whose weights are images, but ${layer ? `is "${layer.name}", a ${kind}` : 'there is none'}.`,
    );
  }
  const count = kernel.shape[kernel.rank - 1];
  return { values: moveLastFirst(kernel.dataSync<'float32'>(), count), count, height, width, layer: layer.name };
}

/** `[..., last]` as `[last, ...]`. */
export function moveLastFirst(values: Float32Array, last: number): Float32Array {
  const places = values.length / last;
  return Float32Array.from(values, (_, i) => values[(i % places) * last + Math.floor(i / places)]);
}
