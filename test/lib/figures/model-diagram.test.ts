import { afterEach, describe, expect, it } from 'vitest';
import { gatherBoxes, modelDiagram } from '../../../lib/figures/model-diagram';
import * as tf from '../../../lib/tensorflow';
import { Stack } from '../../../src/models/stack';

afterEach(() => tf.disposeVariables());

const wordsOf = (model: tf.LayersModel) => (modelDiagram(model).layout.annotations ?? []).map(({ text }) => text);

describe('modelDiagram', () => {
  const makeModel = () => new Stack(0).input([28, 28, 1]).convolution(4, 3, 'relu', true, 2).flatten().output(10);

  it('has a box for each layer with its shape and parameters', () => {
    expect(gatherBoxes(makeModel()).map(({ type, detail, shape, parameters }) => [type, detail, shape, parameters])).toEqual([
      ['Input', '', '28 × 28 × 1', 0],
      ['Conv2D', '3 × 3', '28 × 28 × 4', 36],
      ['MaxPooling2D', '2 × 2', '14 × 14 × 4', 0],
      ['BatchNormalization', '', '14 × 14 × 4', 16],
      ['Activation', 'relu', '14 × 14 × 4', 0],
      ['Flatten', '', '784', 0],
      ['Dense', 'softmax', '10', 7850],
    ]);
  });

  it('stands in lines of boxes that keep apart, with an arrow to each but the first', () => {
    const { layout } = modelDiagram(makeModel());
    const boxes = (layout.shapes ?? []).filter(({ type }) => type === 'rect');
    expect(boxes).toHaveLength(7);
    expect(new Set(boxes.map(({ y0 }) => y0)).size).toBe(2);
    for (const [i, a] of boxes.entries()) {
      for (const b of boxes.slice(i + 1)) {
        const apart = (from: 'x0' | 'y0', to: 'x1' | 'y1') =>
          (a[to] as number) < (b[from] as number) || (b[to] as number) < (a[from] as number);
        expect(apart('x0', 'x1') || apart('y0', 'y1')).toBe(true);
      }
    }
    expect((layout.annotations ?? []).filter(({ showarrow }) => showarrow)).toHaveLength(6);
    expect(wordsOf(makeModel())).toContain('<b>Conv2D</b> 3 × 3<br>28 × 28 × 4<br>36 parameters');
  });

  it('says where branches come from', () => {
    const boxes = gatherBoxes(new Stack(0).input([28, 28, 1]).residual(2, 3, 'relu').globalAveragePooling().output(3));
    const add = boxes.find(({ type }) => type === 'Add');
    // The sum of both branches: the one before it, and the first one, which ended three boxes above.
    const [first, second] = (add?.from ?? []).map((number) => boxes[number - 1]);
    expect([first.type, second.type]).toEqual(['BatchNormalization', 'BatchNormalization']);
    expect(boxes.filter(({ follows }) => !follows).map(({ type }) => type)).toEqual(expect.arrayContaining(['Input', 'Conv2D']));
  });

  it('puts the layers of a model within in its place, and the input that a sequential model has no layer for before all', () => {
    const block = tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [5] }), tf.layers.dropout({ rate: 0.25 })] });
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 5, inputShape: [6] }), block, tf.layers.dense({ units: 3 })],
    });
    const boxes = gatherBoxes(model);
    expect(boxes.map(({ type, shape }) => `${type} ${shape}`)).toEqual(['Input 6', 'Dense 5', 'Dense 4', 'Dropout 4', 'Dense 3']);
    expect(boxes.map(({ follows }) => follows)).toEqual([false, true, true, true, true]);
    expect(boxes.every(({ from }) => from.length === 0)).toBe(true);
  });

  it('refuses a model without layers', () => {
    expect(() => modelDiagram(tf.sequential())).toThrow(/model must have layers/);
  });
});
