import * as dfd from 'danfojs-node';
import type * as tf from '../tensorflow';

/**
 * A model's layers in order: number, kind, shape of the output (`b` images) and number of weights, of which those of batch
 * normalization's running means and variances are not trained. The last row is their sum.
 */
export function layers(model: tf.LayersModel): dfd.DataFrame {
  const rows = model.layers.map((layer, i) => ({
    // TensorFlow.js numbers names over all models of the process.
    layer: String(i + 1),
    kind: layer.getClassName(),
    output: describeShape(layer.outputShape),
    weights: layer.countParams(),
    trained: layer.trainableWeights.reduce((sum, { shape }) => sum + shape.reduce((a: number, b) => a * (b ?? 1), 1), 0),
  }));
  const total = (name: 'weights' | 'trained') => rows.reduce((sum, row) => sum + row[name], 0);
  return new dfd.DataFrame([
    ...rows,
    { layer: 'all', kind: '', output: '', weights: total('weights'), trained: total('trained') },
  ]);
}

function describeShape(shape: tf.Shape | tf.Shape[]): string {
  const [first] = Array.isArray(shape[0]) ? (shape as tf.Shape[]) : [shape as tf.Shape];
  return first.map((size) => size ?? 'b').join(' × ');
}
