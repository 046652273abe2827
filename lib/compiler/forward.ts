import { IMAGE_SIZE } from '../data/dataset';
import * as tf from '../tensorflow';
import type { Graph, Value } from './graph';
import { type Emission, emitLayer } from './layers';
import { NotCompilableError } from './not-compilable-error';
import type { Tensor } from './tape';

/**
 * Grey levels, uint8 `[b, 784]`, as the input of `model`: float32 in [0, 1].
 *
 * @param vary Gives the images that take their place, float32 `[b, 28, 28, 1]` as they.
 */
export function emitImages(graph: Graph, model: tf.LayersModel, pixels: Value, vary?: (images: Value) => Value): Tensor {
  const shape = model.inputs[0].shape;
  const scaled = graph.float('RealDiv', [graph.cast(pixels, 'float32'), graph.constant(255)]);
  const images = graph.reshape(scaled, [null, IMAGE_SIZE, IMAGE_SIZE, 1]);
  return { ...graph.reshape(vary ? vary(images) : images, shape), shape };
}

/** Emits all layers of `model` on `input`, each once for each place it is used in, and returns the output. */
export function emitModel(model: tf.LayersModel, input: Tensor, emission: Emission): Tensor {
  const known = new Map<number, Tensor>([[model.inputs[0].id, input]]);
  const emit = (symbol: tf.SymbolicTensor): Tensor => {
    const found = known.get(symbol.id);
    if (found) return found;
    const layer = symbol.sourceLayer;
    checkClass(layer);
    const { inputTensors } = layer.inboundNodes[symbol.nodeIndex];
    const value = emitLayer(layer, inputTensors.map(emit), symbol.shape, emission);
    known.set(symbol.id, value);
    return value;
  };
  return emit(model.outputs[0]);
}

/** A class of the user's own may bear the name of the class that it extends. */
function checkClass(layer: tf.layers.Layer): void {
  const [stock] = tf.serialization.SerializationMap.getMap().classNameMap[layer.getClassName()] ?? [];
  if (layer.constructor !== stock) {
    throw new NotCompilableError(layer.name, `is a ${layer.constructor.name}`);
  }
}
