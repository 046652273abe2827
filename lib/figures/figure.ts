import type { Config, Data, Layout } from 'plotly.js';

/** A Plotly figure as plain data: `lib/notebook` shows it, tests read its numbers. */
export interface Figure {
  readonly data: Data[];
  readonly layout: Partial<Layout>;
  readonly config?: Partial<Config>;
}
