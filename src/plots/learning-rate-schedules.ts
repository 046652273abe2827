import type { Figure } from './figure';
import { createFigure, escapeText, styleOf } from './template';

/** The learning rate over training, one line for each schedule; `rates` holds one rate for each epoch (or `unit`). */
export function learningRateSchedules(
  schedules: readonly { readonly name: string; readonly rates: readonly number[] }[],
  options: { unit?: 'epoch' | 'step' } = {},
): Figure {
  const { unit = 'epoch' } = options;
  return createFigure(
    schedules.map(({ name, rates }, i) => {
      const { color, dash } = styleOf(name, i);
      return {
        type: 'scatter' as const,
        mode: 'lines' as const,
        name: escapeText(name),
        x: rates.map((_, t) => t + 1),
        y: [...rates],
        // A rate holds for its whole epoch.
        line: { color, dash, shape: 'hvh' as const, width: 2.5 },
        hovertemplate: `${unit} %{x}: %{y:.3g} (%{fullData.name})<extra></extra>`,
      };
    }),
    {
      height: 360,
      showlegend: true,
      xaxis: { title: { text: unit === 'epoch' ? 'Epoch' : 'Step' } },
      yaxis: { title: { text: 'Learning rate' }, rangemode: 'tozero', exponentformat: 'power' },
    },
  );
}
