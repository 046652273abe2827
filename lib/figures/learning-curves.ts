import type { Data } from 'plotly.js';
import type { EpochRecord, History } from '../training/history';
import type { Figure } from './figure';
import { colors, createFigure, styleOf } from './template';

type Metric = 'accuracy' | 'loss' | 'valAccuracy' | 'valLoss';

/** What several runs reached by the end of an epoch. */
export interface CurvePoint {
  readonly epoch: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Runs that trained this epoch and have the metric. */
  readonly runs: number;
}

/** Above this many epochs the points would run into each other. */
const MAX_MARKED_EPOCHS = 30;

/**
 * Accuracy and loss after each epoch, side by side, for training and, where it was held out, validation.
 *
 * Of one run the epoch is ringed whose weights the model was given at the end, where early stopping did that. Several runs
 * (folds, seeds) are drawn as their mean, with a band from the lowest to the highest of them; where some ended early,
 * the mean of those that trained the epoch. Runs with names are drawn beside each other.
 *
 *     figures.learningCurves(history)
 *     figures.learningCurves(search.best.histories)
 *     figures.learningCurves({ winner: first.history, default: second.history })
 *
 * @throws RangeError for no run, or none that ended an epoch.
 */
export function learningCurves(
  history: History | readonly History[] | Readonly<Record<string, History>>,
  options: { title?: string } = {},
): Figure {
  const runs = isHistory(history) ? [history] : Object.values(history);
  const epochs = Math.max(0, ...runs.map((run) => run.epochs.at(-1)?.epoch ?? 0));
  if (epochs === 0) {
    throw new RangeError(
      `history must hold at least one run with an epoch, but got ${runs.length} ${runs.length === 1 ? 'run' : 'runs'} ` +
        'without any. Train for at least one epoch.',
    );
  }
  const data = isHistory(history) || isList(history) ? drawRuns(runs, epochs) : drawNamed(history, epochs);
  const epochAxis = { title: { text: 'Epoch' }, ...(epochs <= 15 ? { dtick: 1 } : {}) };
  return createFigure(data, {
    ...(options.title ? { title: { text: options.title } } : {}),
    height: 380,
    grid: { rows: 1, columns: 2, pattern: 'independent', xgap: 0.16 },
    showlegend: true,
    xaxis: epochAxis,
    xaxis2: epochAxis,
    yaxis: { title: { text: 'Accuracy' }, tickformat: '~%', autorangeoptions: { clipmin: 0, clipmax: 1 } },
    yaxis2: { title: { text: 'Loss (nats)' } },
  });
}

function isHistory(history: object): history is History {
  return Array.isArray((history as Partial<History>).epochs);
}

/** `Array.isArray` does not tell the compiler that a list is none of the other kinds. */
function isList(history: readonly History[] | Readonly<Record<string, History>>): history is readonly History[] {
  return Array.isArray(history);
}

/** The metrics that any of `runs` has. */
function curvesOf(runs: readonly History[]): { metric: Metric; points: CurvePoint[] }[] {
  const metrics: readonly Metric[] = ['accuracy', 'loss', 'valAccuracy', 'valLoss'];
  return metrics.map((metric) => ({ metric, points: averageRuns(runs, metric) })).filter(({ points }) => points.length > 0);
}

function drawRuns(runs: readonly History[], epochs: number): Data[] {
  const curves = curvesOf(runs);
  const bands = runs.length > 1 ? curves.map(({ metric, points }) => drawBand(metric, points)) : [];
  const lines = curves.map(({ metric, points }) => drawLine(metric, points, runs.length, epochs));
  return [...bands, ...lines, ...drawKept(runs, curves)];
}

/** A colour and a symbol for each run; the line's dashes tell training from validation. */
function drawNamed(histories: Readonly<Record<string, History>>, epochs: number): Data[] {
  return Object.entries(histories).flatMap(([name, run], i) => {
    const { color, symbol } = styleOf(name, i);
    return curvesOf([run]).map(({ metric, points }) => {
      const line = drawLine(metric, points, 1, epochs);
      const part = partOf(metric);
      return {
        ...line,
        name: `${name}, ${part}`,
        legendgroup: `${name}, ${part}`,
        line: { color, dash: styleOf(part, 0).dash },
        marker: { symbol: part === 'training' ? symbol : `${symbol}-open`, size: 6, color },
        hovertemplate: `${name}, ${(line as { hovertemplate?: string }).hovertemplate}`,
      } as Data;
    });
  });
}

/** Mean, lowest and highest value of a metric after each epoch, over the runs that have it. */
export function averageRuns(runs: readonly History[], metric: Metric): CurvePoint[] {
  const values = new Map<number, number[]>();
  for (const record of runs.flatMap<EpochRecord>((run) => run.epochs)) {
    const value = record[metric];
    // JSON has no NaN: a loss that exploded comes back from a file as null.
    if (typeof value !== 'number' || Number.isNaN(value)) continue;
    values.set(record.epoch, [...(values.get(record.epoch) ?? []), value]);
  }
  return [...values]
    .sort(([a], [b]) => a - b)
    .map(([epoch, reached]) => ({
      epoch,
      mean: reached.reduce((sum, value) => sum + value, 0) / reached.length,
      low: Math.min(...reached),
      high: Math.max(...reached),
      runs: reached.length,
    }));
}

function partOf(metric: Metric): 'training' | 'validation' {
  return metric === 'accuracy' || metric === 'loss' ? 'training' : 'validation';
}

function axesOf(metric: Metric) {
  return metric === 'accuracy' || metric === 'valAccuracy'
    ? ({ xaxis: 'x', yaxis: 'y' } as const)
    : ({ xaxis: 'x2', yaxis: 'y2' } as const);
}

function drawLine(metric: Metric, points: readonly CurvePoint[], runs: number, epochs: number): Data {
  const part = partOf(metric);
  const { color, symbol, dash } = styleOf(part, 0);
  const { xaxis, yaxis } = axesOf(metric);
  const format = yaxis === 'y' ? '.2%' : '.4f';
  return {
    type: 'scatter',
    mode: epochs > MAX_MARKED_EPOCHS ? 'lines' : 'lines+markers',
    name: runs === 1 ? part : `${part}: mean and range of ${runs} runs`,
    legendgroup: part,
    showlegend: yaxis === 'y',
    x: points.map((point) => point.epoch),
    y: points.map((point) => point.mean),
    xaxis,
    yaxis,
    line: { color, dash },
    marker: { symbol, size: 6 },
    ...(runs === 1
      ? { hovertemplate: `epoch %{x}: %{y:${format}} (${part})<extra></extra>` }
      : {
          customdata: points.map((point) => [point.low, point.high, point.runs]),
          hovertemplate:
            `epoch %{x}, ${part}: mean %{y:${format}}, %{customdata[0]:${format}} to %{customdata[1]:${format}} ` +
            '(%{customdata[2]} runs)<extra></extra>',
        }),
  };
}

function drawBand(metric: Metric, points: readonly CurvePoint[]): Data {
  const back = [...points].reverse();
  return {
    type: 'scatter',
    mode: 'lines',
    legendgroup: partOf(metric),
    showlegend: false,
    hoverinfo: 'skip',
    x: [...points, ...back].map((point) => point.epoch),
    y: [...points.map((point) => point.high), ...back.map((point) => point.low)],
    ...axesOf(metric),
    fill: 'toself',
    fillcolor: `${styleOf(partOf(metric), 0).color}33`,
    line: { width: 0 },
  };
}

/** A ring around the epoch whose weights were kept, on the curves that were watched. */
function drawKept(runs: readonly History[], curves: readonly { metric: Metric; points: readonly CurvePoint[] }[]): Data[] {
  const [{ bestEpoch }] = runs;
  if (runs.length > 1 || bestEpoch === undefined) return [];
  const part = curves.some(({ metric }) => metric === 'valLoss') ? 'validation' : 'training';
  return curves
    .filter(({ metric }) => partOf(metric) === part)
    .map(({ metric, points }) => {
      const kept = points.filter((point) => point.epoch === bestEpoch);
      const axes = axesOf(metric);
      return {
        type: 'scatter',
        mode: 'markers',
        name: `weights kept: epoch ${bestEpoch}`,
        legendgroup: 'kept',
        showlegend: axes.yaxis === 'y',
        x: kept.map((point) => point.epoch),
        y: kept.map((point) => point.mean),
        ...axes,
        marker: { symbol: 'circle-open', size: 15, color: colors.ink, line: { width: 2 } },
        hoverinfo: 'skip',
      };
    });
}
