import type { Config, Data, Layout } from 'plotly.js';

/** A Plotly figure as plain data: `lib/notebook` shows it, tests read its numbers. */
export interface Figure {
  readonly data: Data[];
  readonly layout: Partial<Layout>;
  readonly config?: Partial<Config>;
}

const PARTS = new Set(['data', 'layout', 'config', 'frames']);
/** One of these makes an object something to draw, where no layout says so. */
const TRACE_KEYS = ['x', 'y', 'z', 'values', 'r', 'lat', 'dimensions', 'type'];

/** Whether a value is a Plotly figure, with or without a layout. */
export function isFigure(value: unknown): value is Figure {
  if (!isObject(value) || !Array.isArray(value.data) || !value.data.every(isObject)) return false;
  if (value.layout !== undefined) return isObject(value.layout);
  const traces = value.data as readonly object[];
  const drawn = traces.every((trace) => TRACE_KEYS.some((key) => key in trace));
  return traces.length > 0 && drawn && Object.keys(value).every((key) => PARTS.has(key));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
