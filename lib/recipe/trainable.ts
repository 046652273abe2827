import type * as tf from '../tensorflow';

/** A weight of a layer, as TensorFlow.js keeps it. */
export type Weight = tf.layers.Layer['weights'][number];

/** What of a model trains. */
export interface Trainable {
  /** The weights that training changes, in the model's order. */
  readonly weights: readonly Weight[];
  /** The layers with `trainable: false`, themselves or what they are in: their batch normalization is that of predictions. */
  readonly frozen: ReadonlySet<tf.layers.Layer>;
}

/** Compiling makes an optimizer, so that what was taken belongs to it. */
const taken = new WeakMap<tf.Optimizer, Trainable>();
const orders = new WeakMap<tf.LayersModel, readonly Weight[]>();

/**
 * What of `model` trains, as it was when its first training began since it was compiled. As in Keras, `trainable` that is changed
 * later has no effect until the model is compiled again, and a warning says so.
 *
 * @throws Error where all of it is frozen.
 */
export function trainableOf(model: tf.LayersModel): Trainable {
  // TensorFlow.js reorders them when one is frozen.
  weightsOf(model);
  const now = { weights: model.trainableWeights, frozen: findFrozen(model) };
  const known = taken.get(model.optimizer);
  if (known) {
    const isSame = known.weights.length === now.weights.length && known.weights.every((weight) => now.weights.includes(weight));
    if (!isSame) {
      console.warn(
        `trainable of the model's layers was changed since its training began, which has no effect until it is compiled again: ` +
          'recompileModel(model, {}) does.',
      );
    }
    return known;
  }
  if (now.weights.length === 0 && model.weights.length > 0) {
    throw new Error('model must have a layer to train, but all are frozen (trainable: false); set trainable of one to true.');
  }
  taken.set(model.optimizer, now);
  return now;
}

/** The weights of `model`, always in one order, that in which it had them first: freezing a layer changes `model.weights`. */
export function weightsOf(model: tf.LayersModel): readonly Weight[] {
  const known = orders.get(model);
  if (known) return known;
  const { weights } = model;
  orders.set(model, weights);
  return weights;
}

/** All layers of a model, those of models and wrapped ones within it too. */
export function layersOf(model: tf.LayersModel): tf.layers.Layer[] {
  const deep = (layer: tf.layers.Layer): tf.layers.Layer[] => [layer, ...innerLayers(layer).flatMap(deep)];
  return model.layers.flatMap(deep);
}

/** Of a model as a layer its layers, of a wrapper what it wraps. */
function innerLayers(layer: tf.layers.Layer): tf.layers.Layer[] {
  const { layers = [], layer: wrapped, forwardLayer, backwardLayer } = layer as unknown as Inner;
  return [...layers, ...[wrapped, forwardLayer, backwardLayer].flatMap((inner) => inner ?? [])];
}

interface Inner {
  readonly layers?: readonly tf.layers.Layer[];
  readonly layer?: tf.layers.Layer;
  readonly forwardLayer?: tf.layers.Layer;
  readonly backwardLayer?: tf.layers.Layer;
}

function findFrozen(model: tf.LayersModel): Set<tf.layers.Layer> {
  const frozen = new Set<tf.layers.Layer>();
  const visit = (layer: tf.layers.Layer, isFrozen: boolean): void => {
    const here = isFrozen || !layer.trainable;
    if (here) frozen.add(layer);
    for (const inner of innerLayers(layer)) visit(inner, here);
  };
  for (const layer of model.layers) visit(layer, !model.trainable);
  return frozen;
}
