import type { ErrorBar } from 'plotly.js';
import type { Interval } from '../evaluation/model-comparison';

/** Bars from each value to both ends of its interval. */
export function errorBars(
  values: readonly number[],
  intervals: readonly Interval[],
  style: { readonly color?: string; readonly thickness: number; readonly width: number },
): ErrorBar {
  return {
    type: 'data',
    symmetric: false,
    array: intervals.map(({ high }, i) => high - values[i]),
    arrayminus: intervals.map(({ low }, i) => values[i] - low),
    ...style,
  };
}
