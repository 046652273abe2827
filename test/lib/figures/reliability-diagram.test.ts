import { describe, expect, it } from 'vitest';
import { scaleTemperature } from '../../../lib/evaluation/calibration';
import { wilsonInterval } from '../../../lib/evaluation/model-comparison';
import { reliabilityDiagram } from '../../../lib/figures';
import { colors } from '../../../lib/figures/template';
import { makePredictions } from '../evaluation/made-predictions';

describe('reliabilityDiagram', () => {
  // 3 of 4 predicted with 0.75 are right, and 1 of 1 with 0.5.
  const predictions = makePredictions(
    [
      [0.75, 0.25],
      [0.75, 0.25],
      [0.75, 0.25],
      [0.75, 0.25],
      [0.5, 0.5],
    ],
    [0, 0, 0, 1, 0],
    ['a', 'b'],
  );

  it('sets accuracy against confidence, with intervals and the number of images', () => {
    const [perfect, shares, counts] = reliabilityDiagram([{ name: 'CNN', predictions }]).data;
    expect(perfect).toMatchObject({ x: [0, 1], y: [0, 1] });
    const { low, high } = wilsonInterval(3, 4);
    expect(shares).toMatchObject({
      name: 'CNN',
      x: [0.5, 0.75],
      y: [1, 0.75],
      error_y: { array: [0, high - 0.75], arrayminus: [1 - wilsonInterval(1, 1).low, 0.75 - low] },
    });
    expect(counts).toMatchObject({ x: [0.5, 0.75], y: [1, 4], yaxis: 'y2' });
  });

  it('draws hollow what comes after temperature scaling', () => {
    const { data } = reliabilityDiagram([
      { name: 'CNN', predictions },
      { name: 'CNN <calibrated>', predictions: scaleTemperature(predictions, 2) },
      { name: 'MLP', predictions },
    ]);
    expect(data[1]).toMatchObject({ marker: { color: colors.cnn }, line: { color: colors.cnn, dash: 'solid' } });
    expect(data[3]).toMatchObject({
      name: 'CNN &lt;calibrated&gt;',
      marker: { color: '#ffffff', line: { color: colors.cnn } },
      line: { color: colors.cnn, dash: 'dot' },
    });
    expect(data[5]).toMatchObject({ marker: { color: colors.mlp } });
  });

  it('refuses no model and predictions that are NaN', () => {
    expect(() => reliabilityDiagram([])).toThrow('models must hold at least one model, but got none');
    const diverged = { ...predictions, probabilities: new Float32Array(10).fill(Number.NaN) };
    expect(() => reliabilityDiagram([{ name: 'CNN', predictions: diverged }])).toThrow('image 0 has NaN');
  });
});
