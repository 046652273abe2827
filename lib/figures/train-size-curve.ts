import type { Data } from 'plotly.js';
import type { TrainSizePoint } from '../experiments/train-size-curve';
import { errorBars } from './error-bars';
import type { Figure } from './figure';
import { createFigure, escapeText, styleOf } from './template';

/**
 * Validation accuracy by the number of training images, on a log scale: the mean over executions with its 95 %
 * interval, and each execution as a small dot, model by model.
 *
 *     figures.trainSizeCurve({ MLP: mlpCurve, CNN: cnnCurve })
 *
 * @throws RangeError for no points.
 */
export function trainSizeCurve(curves: Readonly<Record<string, readonly TrainSizePoint[]>>): Figure {
  const sizes = [...new Set(Object.values(curves).flatMap((points) => points.map((point) => point.trainSize)))];
  if (sizes.length === 0) throw new RangeError('curves must hold at least one point, but got none.');
  const data = Object.entries(curves).flatMap(([name, points], i): Data[] => {
    const { color, symbol, dash } = styleOf(name, i);
    const means = points.map(({ mean }) => mean);
    const intervals = points.map(({ interval }) => interval);
    return [
      {
        type: 'scatter',
        mode: 'markers',
        showlegend: false,
        x: points.flatMap(({ trainSize, accuracies }) => accuracies.map(() => trainSize)),
        y: points.flatMap(({ accuracies }) => [...accuracies]),
        marker: { color, size: 5, opacity: 0.5 },
        hovertemplate: `${escapeText(name)}, one training with %{x:,} images: %{y:.2%}<extra></extra>`,
      },
      {
        type: 'scatter',
        mode: 'lines+markers',
        name: escapeText(name),
        x: points.map(({ trainSize }) => trainSize),
        y: means,
        error_y: errorBars(means, intervals, { color, thickness: 1.5, width: 5 }),
        line: { color, dash, width: 2 },
        marker: { color, symbol, size: 8 },
        customdata: points.map(({ accuracies, interval, epochs }) => [
          ...[accuracies.length, interval.low, interval.high, epochs],
        ]),
        hovertemplate:
          '%{fullData.name}, %{x:,} images, %{customdata[3]} epochs: mean of %{customdata[0]} trainings %{y:.2%}, interval ' +
          '%{customdata[1]:.2%} to %{customdata[2]:.2%}<extra></extra>',
      },
    ];
  });
  sizes.sort((a, b) => a - b);
  return createFigure(data, {
    height: 400,
    showlegend: true,
    xaxis: {
      type: 'log',
      title: { text: 'Training images (log scale)' },
      tickmode: 'array',
      tickvals: sizes,
      ticktext: sizes.map((size) => size.toLocaleString('en-US')),
    },
    yaxis: { title: { text: 'Validation accuracy' }, tickformat: '~%', autorangeoptions: { clipmax: 1 } },
  });
}
