import type { Data } from 'plotly.js';
import type { LearningRateRange } from '../training/learning-rate-range';
import type { Figure } from './figure';
import { formatValue } from './hyperparameter-axis';
import { colors, createFigure } from './template';

/** Times the first loss: what an explosion adds above it would press the rest of the curve flat. */
const HIGHEST = 1.5;

/**
 * The training loss over the learning rate on a logarithmic scale: each batch's, faint, and the running mean, thick; a line
 * marks the suggested rate.
 *
 *     figures.learningRateRange(await learningRateRange(model, train))
 *
 * What lies above 1.5 times the first loss is cut off, as are losses that are no finite numbers.
 *
 * @throws RangeError for a range without a step.
 */
export function learningRateRange(range: LearningRateRange): Figure {
  const { rates, losses, smoothed, suggestion } = range;
  if (rates.length === 0) throw new RangeError('range must hold at least one step, but has none.');
  const finite = losses.filter((loss) => Number.isFinite(loss));
  const top = Math.min(Math.max(...finite), HIGHEST * losses[0]);
  const bottom = Math.min(...finite);
  const room = 0.06 * (top - bottom);
  const drawLine = (name: string, values: readonly number[], line: object): Data => ({
    type: 'scatter',
    mode: 'lines',
    name,
    x: [...rates],
    y: values.map((value) => (Number.isFinite(value) ? value : null)),
    line,
    hovertemplate: `learning rate %{x:.2~g}: %{y:.3f} (${name})<extra></extra>`,
  });
  const mark: Data[] =
    suggestion === undefined
      ? []
      : [
          {
            type: 'scatter',
            mode: 'lines',
            name: `steepest at ${formatValue(suggestion)}`,
            x: [suggestion, suggestion],
            y: [bottom - room, top + room],
            line: { color: colors.wrong, dash: 'dash', width: 2 },
            hovertemplate: 'learning rate %{x:.2~g}: the loss falls fastest<extra></extra>',
          },
        ];
  return createFigure(
    [
      drawLine('each batch', losses, { color: `${colors.training}66`, width: 1.2 }),
      drawLine('running mean', smoothed, { color: colors.training, width: 3 }),
      ...mark,
    ],
    {
      height: 360,
      showlegend: true,
      xaxis: { type: 'log', title: { text: 'Learning rate' }, exponentformat: 'power', dtick: 1 },
      yaxis: { title: { text: 'Training loss (nats)' }, range: [bottom - room, top + room] },
    },
  );
}
