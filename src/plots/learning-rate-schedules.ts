import type { Figure } from './figure';
import { colorOf, createFigure } from './template';

/** The learning rate over training, one line for each schedule; `rates` holds one rate for each epoch (or `unit`). */
export function learningRateSchedules(
  schedules: readonly { readonly name: string; readonly rates: readonly number[] }[],
  options: { unit?: 'epoch' | 'step' } = {},
): Figure {
  const { unit = 'epoch' } = options;
  return createFigure(
    schedules.map(({ name, rates }, i) => ({
      type: 'scatter' as const,
      mode: 'lines' as const,
      name,
      x: rates.map((_, t) => t + 1),
      y: [...rates],
      line: { color: colorOf(name, i), shape: 'hv' as const },
      hovertemplate: `${unit} %{x}: %{y:.3g} (${name})<extra></extra>`,
    })),
    {
      height: 360,
      showlegend: true,
      xaxis: { title: { text: unit === 'epoch' ? 'Epoch' : 'Step' } },
      yaxis: { title: { text: 'Learning rate' }, rangemode: 'tozero', exponentformat: 'power' },
    },
  );
}
