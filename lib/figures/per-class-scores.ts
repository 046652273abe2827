import type { Data } from 'plotly.js';
import { type ClassificationReport, classificationReport } from '../evaluation/classification-report';
import type { EvaluatedModel } from '../evaluation/model-comparison';
import type { Figure } from './figure';
import { classAxis, colors, createFigure, escapeText, type SeriesStyle, styleOf } from './template';

/** Precision, recall and F1 of each class as dots, the class with the lowest F1 first. */
export function perClassScores(report: ClassificationReport, options: { title?: string } = {}): Figure {
  const classes = [...report.classes].sort((a, b) => a.f1 - b.f1);
  return drawDots(
    classes.map((scores) => scores.className),
    [
      {
        name: 'precision',
        values: classes.map((scores) => scores.precision),
        style: { color: colors.test, symbol: 'triangle-up' },
      },
      { name: 'recall', values: classes.map((scores) => scores.recall), style: { color: colors.wrong, symbol: 'triangle-down' } },
      { name: 'F1', values: classes.map((scores) => scores.f1), style: { color: colors.ink, symbol: 'circle' } },
    ],
    'Score',
    options.title,
  );
}

/**
 * F1 of each class by model as dots, the class that the first model does worst first.
 *
 * @throws RangeError for no model.
 */
export function f1ByClass(models: readonly EvaluatedModel[], options: { title?: string } = {}): Figure {
  if (models.length === 0) throw new RangeError('models must hold at least one model, but got none.');
  const reports = models.map(({ predictions }) => classificationReport(predictions));
  const order = reports[0].classes.map((_, c) => c);
  order.sort((a, b) => reports[0].classes[a].f1 - reports[0].classes[b].f1);
  return drawDots(
    order.map((c) => reports[0].classes[c].className),
    models.map(({ name }, m) => ({ name, values: order.map((c) => reports[m].classes[c].f1), style: styleOf(name, m) })),
    'F1',
    options.title,
  );
}

function drawDots(
  classNames: readonly string[],
  series: readonly { name: string; values: readonly number[]; style: Pick<SeriesStyle, 'color' | 'symbol'> }[],
  yTitle: string,
  title?: string,
): Figure {
  const classes = classNames.map(escapeText);
  // From the lowest to the highest score of a class, so that the eye takes them as one.
  const ties: Data = {
    type: 'scatter',
    mode: 'lines',
    x: classes.flatMap((name) => [name, name, null]),
    y: classes.flatMap((_, c) => {
      const scores = series.map(({ values }) => values[c]);
      return [Math.min(...scores), Math.max(...scores), null];
    }),
    line: { color: '#bbbbbb', width: 1.5 },
    hoverinfo: 'skip',
    showlegend: false,
  };
  const dots = series.map(
    ({ name, values, style }): Data => ({
      type: 'scatter',
      mode: 'markers',
      name: escapeText(name),
      x: classes,
      y: [...values],
      marker: { ...style, size: 9 },
      hovertemplate: '%{x}: %{fullData.name} %{y:.3f}<extra></extra>',
    }),
  );
  return createFigure([ties, ...dots], {
    ...(title ? { title: { text: title } } : {}),
    height: 400,
    xaxis: { ...classAxis(classNames), range: [-0.7, classes.length - 0.3] },
    yaxis: { title: { text: yTitle } },
  });
}
