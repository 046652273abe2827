/** One line of `results.json`: what a system took for one piece of work. */
export interface Result {
  readonly what: 'step' | 'search' | 'data' | 'cell' | 'memory';
  /** The model that was trained or the space that was searched; null where no model is trained. */
  readonly model: 'mlp' | 'cnn' | 'seedMlp' | 'seedCnn' | 'defaultMlp' | 'defaultCnn' | null;
  /** Images a step; null where no model is trained. */
  readonly batch: number | null;
  readonly system: 'inkwell' | 'tfjs-node' | 'keras' | 'keras-jax' | 'jax' | 'pytorch' | 'keras-tuner' | 'pandas';
  /**
   * Which way of the system, or which part of the work, in words: `2 workers`, `first import cell`; null where there is but one.
   */
  readonly detail: string | null;
  /** Images trained on or read a second; null for cells. */
  readonly samplesPerSecond: number | null;
  /** Median over the runs: of one step, one search, one reading, one cell, one trial of the memory's. */
  readonly seconds: number;
  /** Resident memory of the process in 10^6 bytes; null but for memory. */
  readonly megabytes: number | null;
  /** How often it was measured. */
  readonly runs: number;
  /** Interquartile range of the runs over their median; null for a single run. */
  readonly spread: number | null;
}

/** The value below which a share `q` of `values` lies, interpolated linearly between neighbours. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = q * (sorted.length - 1);
  const below = Math.floor(place);
  return sorted[below] + (place - below) * (sorted[Math.ceil(place)] - sorted[below]);
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Median, number and spread of the times of some runs, each divided by `units`: the steps of a run, for a time per step. */
export function summarizeRuns(seconds: readonly number[], units = 1): Pick<Result, 'seconds' | 'runs' | 'spread'> {
  const middle = median(seconds);
  const range = quantile(seconds, 0.75) - quantile(seconds, 0.25);
  return { seconds: middle / units, runs: seconds.length, spread: seconds.length > 1 ? range / middle : null };
}
