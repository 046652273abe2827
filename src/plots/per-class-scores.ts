import type { ClassificationReport } from '../evaluation/classification-report';
import { classificationReport } from '../evaluation/classification-report';
import type { EvaluatedModel } from '../evaluation/model-comparison';
import type { Figure } from './figure';
import { colorOf, createFigure } from './template';

/** Precision, recall and F1 of each class as dots, the class with the lowest F1 first. */
export function perClassScores(report: ClassificationReport, options: { title?: string } = {}): Figure {
  const classes = [...report.classes].sort((a, b) => a.f1 - b.f1);
  return drawDots(
    classes.map((scores) => scores.className),
    [
      { name: 'precision', values: classes.map((scores) => scores.precision), symbol: 'triangle-up' },
      { name: 'recall', values: classes.map((scores) => scores.recall), symbol: 'triangle-down' },
      { name: 'F1', values: classes.map((scores) => scores.f1), symbol: 'circle' },
    ],
    'Score',
    options.title,
  );
}

/** F1 of each class by model as dots, the class that the first model does worst first. */
export function f1ByClass(models: readonly EvaluatedModel[], options: { title?: string } = {}): Figure {
  const reports = models.map(({ predictions }) => classificationReport(predictions));
  const order = reports[0].classes.map((_, c) => c);
  order.sort((a, b) => reports[0].classes[a].f1 - reports[0].classes[b].f1);
  return drawDots(
    order.map((c) => reports[0].classes[c].className),
    models.map(({ name }, m) => ({
      name,
      values: order.map((c) => reports[m].classes[c].f1),
      symbol: 'circle',
    })),
    'F1',
    options.title,
  );
}

function drawDots(
  classNames: string[],
  series: { name: string; values: number[]; symbol: string }[],
  yTitle: string,
  title?: string,
): Figure {
  return createFigure(
    series.map(({ name, values, symbol }, i) => ({
      type: 'scatter' as const,
      mode: 'markers' as const,
      name,
      x: classNames,
      y: values,
      marker: { color: colorOf(name, i), symbol, size: 9, opacity: 0.85 },
      hovertemplate: `%{x}: ${name} %{y:.3f}<extra></extra>`,
    })),
    {
      ...(title ? { title: { text: title } } : {}),
      height: 380,
      xaxis: { type: 'category', title: { text: 'Class' }, dtick: 1, tickangle: 0 },
      yaxis: { title: { text: yTitle } },
    },
  );
}
