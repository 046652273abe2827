import type { Figure } from './figure';
import { createFigure, escapeText, styleOf } from './template';

/**
 * The learning rate over training, one line for each schedule. `rates` are evenly spread over the `epochs` of the run; by
 * default there is one for each epoch, and it holds for its epoch.
 *
 *     const rates = Array.from({ length: 240 }, (_, i) => learningRateAt({ kind: 'oneCycle' }, 0.01, i / 20, 12));
 *     figures.learningRateSchedules([{ name: 'one-cycle', rates }], { epochs: 12 })
 */
export function learningRateSchedules(
  schedules: readonly { readonly name: string; readonly rates: readonly number[] }[],
  options: { epochs?: number } = {},
): Figure {
  return createFigure(
    schedules.map(({ name, rates }, i) => {
      const { color, dash } = styleOf(name, i);
      const { epochs = rates.length } = options;
      return {
        type: 'scatter' as const,
        mode: 'lines' as const,
        name: escapeText(name),
        x: [...rates.keys(), rates.length].map((t) => (t * epochs) / rates.length),
        // The last rate holds until the end.
        y: [...rates, ...rates.slice(-1)],
        line: { color, dash, shape: rates.length > epochs ? ('linear' as const) : ('hv' as const), simplify: false, width: 2.5 },
        hovertemplate: 'epochs trained %{x:.2~f}: %{y:.3g} (%{fullData.name})<extra></extra>',
      };
    }),
    {
      height: 360,
      showlegend: true,
      xaxis: { title: { text: 'Epochs trained' } },
      yaxis: { title: { text: 'Learning rate' }, rangemode: 'tozero', exponentformat: 'power' },
    },
  );
}
