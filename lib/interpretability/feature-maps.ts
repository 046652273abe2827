import { imagesTensor } from '../data/batches';
import { PIXELS } from '../data/dataset';
import * as tf from '../tensorflow';
import { checkModelShape } from '../training/model-shape';
import { moveLastFirst } from './filters';
import { chooseFeatureMaps, runModel } from './network';

/** What a layer gives for one image. Plain data. */
export interface LayerMaps {
  /** Name of the layer. */
  readonly layer: string;
  /** Activations, `[count, height, width]` float32, row-major. */
  readonly values: Float32Array;
  /** Number of maps, one for each filter. */
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

/** One image and how layers of a network respond to it. Plain data. */
export interface FeatureMaps {
  /** Grey levels, uint8 `[784]`. */
  readonly image: Uint8Array;
  readonly layers: readonly LayerMaps[];
}

/**
 * How a convolutional network responds to one image: the activations of every filter at every place, after each block.
 *
 * @param image Grey levels, uint8 `[784]`: `test.images.subarray(i * 784, (i + 1) * 784)` is image i.
 * @param options `layer`: the name of one layer, whose maps come instead of those that end the blocks.
 * @throws Error for a model without convolutions; RangeError for another number of pixels and for a layer without maps.
 */
export function featureMaps(model: tf.LayersModel, image: Uint8Array, options: { layer?: string } = {}): FeatureMaps {
  const targets = chooseFeatureMaps(model, options.layer);
  if (image.length !== PIXELS) {
    throw new RangeError(`image must have ${PIXELS} grey levels, but has ${image.length}.`);
  }
  const shape = checkModelShape(model, model.outputs[0].shape[1] as number);
  const layers: LayerMaps[] = [];
  tf.tidy(() => {
    runModel(model, imagesTensor(image, shape), targets).forEach((maps, i) => {
      const [, height, width, count] = maps.shape;
      const values = moveLastFirst(maps.dataSync<'float32'>(), count);
      layers.push({ layer: targets[i].sourceLayer.name, values, count, height, width });
    });
  });
  return { image: image.slice(), layers };
}
