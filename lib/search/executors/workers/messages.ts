import type { EventAnswer, TrainingEvent, TrainingJob, TrainingOutcome } from '../executor';
import type { ModuleReference } from './module-reference';

/** What a worker is started with, as JSON in its second argument; the first is its parent's process id. */
export interface WorkerSetup {
  readonly builder: ModuleReference;
  readonly callbacks?: ModuleReference;
  /** Bytes of the data set in the file that the worker finds open as `DATA_DESCRIPTOR`. */
  readonly dataBytes: number;
}

/** File descriptor of the data set in a worker: the first after those of input, output, errors and messages. */
export const DATA_DESCRIPTOR = 4;

/** What the pool sends. */
export type Order =
  | { readonly kind: 'run'; readonly job: TrainingJob }
  /** What `onEvent` answered to the last event. */
  | { readonly kind: 'answer'; readonly answer: Awaited<EventAnswer> };

/** What a worker sends. */
export type Report =
  /** All is loaded. */
  | { readonly kind: 'ready' }
  /** Except after a step, the worker waits for an answer. */
  | { readonly kind: 'event'; readonly event: TrainingEvent }
  | { readonly kind: 'outcome'; readonly outcome: TrainingOutcome };
