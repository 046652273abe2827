import type { Data } from 'plotly.js';
import type { History } from '../training/history';
import type { Figure } from './figure';
import { colors, createFigure } from './template';

/** Accuracy and loss after each epoch, side by side, for training and, where it was held out, validation. */
export function learningCurves(history: History, options: { title?: string } = {}): Figure {
  const { epochs } = history;
  const curve = (
    name: 'training' | 'validation',
    key: 'accuracy' | 'loss' | 'valAccuracy' | 'valLoss',
    panel: '' | '2',
  ): Data => ({
    type: 'scatter',
    mode: 'lines+markers',
    name,
    legendgroup: name,
    showlegend: panel === '',
    x: epochs.map((record) => record.epoch),
    y: epochs.map((record) => record[key] ?? null),
    xaxis: `x${panel}` as 'x' | 'x2',
    yaxis: `y${panel}` as 'y' | 'y2',
    line: { color: colors[name] },
    hovertemplate: `epoch %{x}: ${panel ? '%{y:.4f}' : '%{y:.2%}'} (${name})<extra></extra>`,
  });
  const data = [curve('training', 'accuracy', ''), curve('training', 'loss', '2')];
  if (history.validationSize > 0) {
    data.push(curve('validation', 'valAccuracy', ''), curve('validation', 'valLoss', '2'));
  }
  const epochAxis = { title: { text: 'Epoch' }, ...(epochs.length <= 15 ? { dtick: 1 } : {}) };
  return createFigure(data, {
    ...(options.title ? { title: { text: options.title } } : {}),
    height: 380,
    grid: { rows: 1, columns: 2, pattern: 'independent', xgap: 0.16 },
    xaxis: epochAxis,
    xaxis2: epochAxis,
    yaxis: {
      title: { text: 'Accuracy' },
      tickformat: '~%',
      autorangeoptions: { clipmin: 0, clipmax: 1 },
    },
    yaxis2: { title: { text: 'Loss (nats)' } },
  });
}
