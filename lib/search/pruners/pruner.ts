import type { Objective } from '../objective';

/** What a pruner sees: one training, after an epoch. */
export interface TrainingView {
  /** The objective after each of its epochs so far, from the first; at least one. */
  readonly values: readonly number[];
  /** The same of the same fold and execution of earlier trials, each as long as it was trained. */
  readonly peers: readonly (readonly number[])[];
  readonly objective: Objective;
}

/**
 * Ends trials that are not worth their time. A pruner is a function of what it sees, as an oracle is, so that a search
 * that is resumed, or run with several workers, prunes the same trials at the same epochs.
 */
export interface Pruner {
  /** Name and settings, plain data. */
  readonly config: Readonly<Record<string, string | number | boolean>>;
  /** Why the trial should end now, or undefined. */
  judge(view: TrainingView): string | undefined;
}
