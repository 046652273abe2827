import type { DataFrame } from 'danfojs-node';
import type * as tf from '../tensorflow';
import { describeModel, type LayerDescription } from '../training/model-layers';
import { frame } from './libraries';

/**
 * A model's layers in order, as Keras' `model.summary()` has them: name, with the type where the name does not say it, shape of
 * the output (`b` images), number of parameters. Those of a model within follow it, indented; its own row has their sum. The last
 * rows are the totals: all, those that are trained, and those that are not, such as the running means of batch normalization.
 */
export function modelSummary(model: tf.LayersModel): DataFrame {
  const { layers, parameters, trainable } = describeModel(model);
  const totals = [
    ['total', parameters],
    ...(trainable < parameters ? [['trained', trainable] as const, ['not trained', parameters - trainable] as const] : []),
  ];
  return frame([
    ...layers.flatMap((layer) => toRows(layer, 0)),
    ...totals.map(([name, count]) => ({ [LAYER]: name, 'output shape': '', parameters: count })),
  ]);
}

const LAYER = 'layer';
/** Spaces that HTML keeps. */
const INDENT = '\u2003';

function toRows({ name, type, outputShapes, parameters, layers }: LayerDescription, depth: number): object[] {
  const shape = outputShapes.map((sides) => `[${sides.map((side) => side ?? 'b').join(', ')}]`).join(', ');
  const row = {
    [LAYER]: `${INDENT.repeat(depth)}${saysType(name, type) ? name : `${name} (${type})`}`,
    'output shape': shape,
    parameters,
  };
  return [row, ...layers.flatMap((inner) => toRows(inner, depth + 1))];
}

/** Whether `name` is what Keras calls a layer of the type: `batch_normalization_1` of `BatchNormalization`. */
function saysType(name: string, type: string): boolean {
  const plain = (text: string) => text.replaceAll('_', '').toLowerCase();
  const base = plain(name.replace(/_\d+$/, ''));
  return base === plain(type) || `${base}layer` === plain(type);
}
