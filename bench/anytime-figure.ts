import type { Data, Layout } from 'plotly.js';
import type { Figure } from '../lib/figures/figure';
import { createFigure, palette } from '../lib/figures/template';
import { type AnytimeCurve, nameSearch } from './anytime-results';

const DASHES = { inkwell: 'solid', 'keras-tuner': 'dash', optuna: 'dot' } as const;
const PANELS = { mlp: 'MLP', cnn: 'CNN' };

/**
 * Mean test accuracy of the winners so far by wall time: a step line a search, in a band of one deviation to each side; a panel a
 * model.
 */
export function anytimeFigure(curves: readonly AnytimeCurve[]): Figure {
  const models = [...new Set(curves.map(({ model }) => model))];
  const names = [...new Set(curves.map(nameSearch))];
  const data = curves.flatMap((curve): Data[] => {
    const panel = models.indexOf(curve.model) + 1;
    const axes = panel === 1 ? {} : { xaxis: `x${panel}`, yaxis: `y${panel}` };
    const index = names.indexOf(nameSearch(curve));
    const color = palette[index % palette.length];
    const corners = stepCorners(curve.points);
    return [
      {
        type: 'scatter',
        mode: 'lines',
        ...axes,
        showlegend: false,
        hoverinfo: 'skip',
        x: [...corners.map(({ seconds }) => seconds), ...corners.map(({ seconds }) => seconds).reverse()],
        y: [
          ...corners.map(({ mean, deviation }) => mean + deviation),
          ...corners.map(({ mean, deviation }) => mean - deviation).reverse(),
        ],
        fill: 'toself',
        fillcolor: `${color}22`,
        line: { width: 0 },
      } as Data,
      {
        type: 'scatter',
        mode: 'lines',
        ...axes,
        name: nameSearch(curve),
        legendgroup: nameSearch(curve),
        showlegend: panel === 1 || !curves.some(({ model }) => model === models[0]),
        x: curve.points.map(({ seconds }) => seconds),
        y: curve.points.map(({ mean }) => mean),
        line: { shape: 'hv', width: index >= palette.length ? 1.5 : 2.5, dash: DASHES[curve.system], color },
      } as Data,
    ];
  });
  const gap = 0.08;
  const width = (1 - gap * (models.length - 1)) / models.length;
  const layout: Record<string, unknown> = { height: 480, showlegend: true, margin: { t: 110 } };
  for (const [i, model] of models.entries()) {
    const [suffix, left] = [i === 0 ? '' : `${i + 1}`, i * (width + gap)];
    layout[`xaxis${suffix}`] = {
      domain: [left, left + width],
      anchor: `y${suffix}`,
      rangemode: 'tozero',
      title: { text: `${PANELS[model]}: wall time of the search (seconds)` },
    };
    layout[`yaxis${suffix}`] = {
      anchor: `x${suffix}`,
      tickformat: '.1%',
      title: { text: i === 0 ? 'Test accuracy of the retrained winner' : '' },
    };
  }
  return createFigure(data, layout as Partial<Layout>);
}

/** The corners of a step line: each value holds until the next time. */
function stepCorners<Point extends { readonly seconds: number }>(points: readonly Point[]): Point[] {
  return points.flatMap((point, i) => (i === 0 ? [point] : [{ ...points[i - 1], seconds: point.seconds }, point]));
}
