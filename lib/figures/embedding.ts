import type { Data } from 'plotly.js';
import type { Embedding } from '../interpretability/embedding';
import type { Figure } from './figure';
import { createFigure, escapeText, palette, styleOf } from './template';

/** Names up to this length are drawn as they are. */
const MAX_LETTERS = 2;

/**
 * Images as points in the plane, each drawn as the name of its true class, since colours alone tell few classes apart; long names
 * take coloured symbols and a legend instead. Hover over one for its prediction.
 */
export function embedding(points: Embedding, options: { title?: string } = {}): Figure {
  const { x, y, indices, labels, predicted, classNames } = points;
  const names = classNames.map(escapeText);
  const letters = classNames.every((name) => name.length <= MAX_LETTERS);
  const traces = names.map((name, c): Data => {
    const members = [...labels.keys()].filter((i) => labels[i] === c);
    const color = palette[c % palette.length];
    // As many shapes as colours: neither repeats with the other before 49 classes.
    const { symbol } = styleOf('', Math.floor(c / palette.length));
    return {
      type: 'scatter',
      mode: letters ? 'text' : 'markers',
      name,
      x: members.map((i) => x[i]),
      y: members.map((i) => y[i]),
      ...(letters
        ? { text: members.map(() => name), textfont: { size: 10, color } }
        : { marker: { color, symbol, size: 6, opacity: 0.8 } }),
      customdata: members.map((i) =>
        predicted[i] === c
          ? `image ${indices[i]}: ${name}, read rightly`
          : `image ${indices[i]}: ${name}, read as ${names[predicted[i]]}`,
      ),
      hovertemplate: '%{customdata}<extra></extra>',
    } as Data;
  });
  const axis = { showticklabels: false, ticks: '', showgrid: false, showline: false } as const;
  return createFigure(traces, {
    ...(options.title ? { title: { text: options.title } } : {}),
    height: 760,
    showlegend: !letters,
    margin: { l: 15, r: 15, b: 15, t: options.title || !letters ? 60 : 15 },
    hovermode: 'closest',
    xaxis: { ...axis, title: { text: '' } },
    yaxis: { ...axis, title: { text: '' }, scaleanchor: 'x' },
  });
}
