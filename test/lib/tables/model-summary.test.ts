import { afterEach, describe, expect, it } from 'vitest';
import { modelSummary } from '../../../lib/tables/tables';
import * as tf from '../../../lib/tensorflow';
import { Stack } from '../../../src/models/stack';

type Row = [layer: string, shape: string, parameters: number];
const rowsOf = (model: tf.LayersModel) => modelSummary(model).values as Row[];

afterEach(() => tf.disposeVariables());

describe('modelSummary', () => {
  it('gives shapes and parameters of each layer, and their totals', () => {
    const rows = rowsOf(new Stack(0).input([28, 28, 1]).convolution(4, 3, 'relu', true, 7).flatten().output(3));
    expect(modelSummary(new Stack(0).input([784]).output(3)).columns).toEqual(['layer', 'output shape', 'parameters']);
    expect(rows).toEqual([
      ['input', '[b, 28, 28, 1]', 0],
      // 3 x 3 weights of each of 4 filters, without bias under normalization.
      ['conv2d', '[b, 28, 28, 4]', 36],
      ['max_pooling2d', '[b, 4, 4, 4]', 0],
      ['batch_normalization', '[b, 4, 4, 4]', 16],
      ['activation', '[b, 4, 4, 4]', 0],
      ['flatten', '[b, 64]', 0],
      ['dense', '[b, 3]', 64 * 3 + 3],
      ['total', '', 36 + 16 + 195],
      // Scale and offset are trained, mean and variance are not.
      ['trained', '', 36 + 8 + 195],
      ['not trained', '', 8],
    ]);
  });

  it('counts the names within the model, and keeps those that were given', () => {
    const layers = () => [tf.layers.dense({ units: 2, inputShape: [3] }), tf.layers.dense({ units: 2, name: 'last' })];
    const [first, second] = [rowsOf(tf.sequential({ layers: layers() })), rowsOf(tf.sequential({ layers: layers() }))];
    expect(first.map(([name]) => name)).toEqual(['dense', 'last (Dense)', 'total']);
    expect(second).toEqual(first);
  });

  it('shows the layers of a model within, and counts shared ones once', () => {
    const block = tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [4] }), tf.layers.dropout({ rate: 0.1 })] });
    const input = tf.input({ shape: [4] });
    const once = block.apply(input) as tf.SymbolicTensor;
    const twice = block.apply(once) as tf.SymbolicTensor;
    const sum = tf.layers.add().apply([once, twice]) as tf.SymbolicTensor;
    const rows = rowsOf(tf.model({ inputs: input, outputs: sum }));
    expect(rows).toEqual([
      ['input', '[b, 4]', 0],
      ['sequential', '[b, 4]', 20],
      ['\u2003dense', '[b, 4]', 20],
      ['\u2003dropout', '[b, 4]', 0],
      ['add', '[b, 4]', 0],
      ['total', '', 20],
    ]);
  });

  it('takes a model of which TensorFlow.js can tell no output shape', () => {
    const inner = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });
    const input = tf.input({ shape: [2] });
    const outer = tf.model({ inputs: input, outputs: inner.apply(input) as tf.SymbolicTensor });
    expect(rowsOf(outer).at(1)).toEqual(['sequential', '[b, 3]', 9]);
    outer.layers[1].trainable = false;
    expect(rowsOf(outer).slice(-3)).toEqual([
      ['total', '', 9],
      ['trained', '', 0],
      ['not trained', '', 9],
    ]);
  });

  it('takes a model without layers', () => {
    expect(rowsOf(tf.sequential())).toEqual([['total', '', 0]]);
  });
});
