import type { Data } from 'plotly.js';
import { confidenceBins } from '../evaluation/calibration';
import { type EvaluatedModel, wilsonInterval } from '../evaluation/model-comparison';
import { errorBars } from './error-bars';
import type { Figure } from './figure';
import { colors, createFigure, escapeText, styleOf } from './template';

/**
 * How often predictions come true by how sure the models are of them, in the bins of `confidenceBins`: on the diagonal a
 * model is as often right as it says; below it is too sure of itself. Lines up and down are 95 % intervals (Wilson), and the
 * lower panel counts the images of each bin. A model that takes the style of one before it, such as the same after temperature
 * scaling, is drawn hollow.
 *
 * @throws RangeError for no model, and as `confidenceBins`.
 */
export function reliabilityDiagram(models: readonly EvaluatedModel[], options: { title?: string } = {}): Figure {
  if (models.length === 0) throw new RangeError('models must hold at least one model, but got none.');
  const taken = new Set<string>();
  const series = models.flatMap(({ name, predictions }, m): Data[] => {
    const { color, symbol, dash } = styleOf(name, m);
    const hollow = taken.has(color);
    taken.add(color);
    const bins = confidenceBins(predictions);
    const intervals = bins.map(({ count, accuracy }) => wilsonInterval(Math.round(accuracy * count), count));
    const accuracies = bins.map((bin) => bin.accuracy);
    const shared = { name: escapeText(name), legendgroup: String(m), x: bins.map((bin) => bin.confidence) };
    const customdata = bins.map(({ count, from, to }, b) => [count, from, to, intervals[b].low, intervals[b].high]);
    return [
      {
        ...shared,
        type: 'scatter',
        mode: 'lines+markers',
        y: accuracies,
        error_y: errorBars(accuracies, intervals, { thickness: 1, width: 4 }),
        line: { color, dash: hollow ? 'dot' : dash, width: 1.5 },
        marker: { symbol, size: 9, color: hollow ? '#ffffff' : color, line: { color, width: 2 } },
        customdata,
        hovertemplate:
          '%{fullData.name}, %{customdata[0]:,} images with confidence %{customdata[1]:.2f} to %{customdata[2]:.2f}: ' +
          'mean %{x:.1%}, right %{y:.1%} (%{customdata[3]:.1%} to %{customdata[4]:.1%})<extra></extra>',
      },
      {
        ...shared,
        type: 'scatter',
        mode: 'lines+markers',
        y: bins.map((bin) => bin.count),
        yaxis: 'y2',
        showlegend: false,
        line: { color, dash: hollow ? 'dot' : dash, width: 1.5 },
        marker: { symbol, size: 6, color: hollow ? '#ffffff' : color, line: { color, width: 1.5 } },
        hovertemplate: '%{fullData.name}: %{y:,} images<extra></extra>',
      },
    ];
  });
  const perfect: Data = {
    type: 'scatter',
    mode: 'lines',
    name: 'as often right as it says',
    x: [0, 1],
    y: [0, 1],
    line: { color: colors.muted, width: 1.5 },
    hoverinfo: 'skip',
  };
  return createFigure([perfect, ...series], {
    ...(options.title ? { title: { text: options.title } } : {}),
    height: 580,
    xaxis: { title: { text: 'Confidence: probability of the predicted class' }, range: [0, 1.02], anchor: 'y2' },
    yaxis: { title: { text: 'Share of right predictions' }, range: [-0.02, 1.04], domain: [0.3, 1] },
    yaxis2: { title: { text: 'Images' }, type: 'log', dtick: 1, tickformat: ',', domain: [0, 0.22] },
  });
}
