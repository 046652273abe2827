/** How far a long task has come. Plain data, sent often: a reporter decides what it shows and when. */
export interface Progress {
  /** What runs, for instance `Search` or `Training`. */
  readonly title: string;
  /** Steps finished and steps in all (batches over all epochs, or trials). */
  readonly done: number;
  readonly total: number;
  /** Further words, for instance `epoch 2 of 5`, `loss 0.312`. */
  readonly details: readonly string[];
}

/** One task's display. */
export interface ProgressTask {
  update(progress: Progress): void;
  /** Called once; `outcome` is what a reader sees last. */
  end(outcome: 'done' | 'interrupted' | 'failed'): void;
}

/** Opens a display for a task; `notebook` gives one that draws in the notebook, tests stay silent. */
export type ProgressReporter = (title: string) => ProgressTask;

const silent: ProgressReporter = () => ({ update() {}, end() {} });
let reporter: ProgressReporter = silent;

/** Sets where all later tasks report; without an argument they are silent again. */
export function reportProgressTo(next: ProgressReporter = silent): void {
  reporter = next;
}

/** Starts a task on the current reporter. */
export function startProgress(title: string): ProgressTask {
  return reporter(title);
}
