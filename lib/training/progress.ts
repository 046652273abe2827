import type { History } from './history';
import type { StepProgress } from './train-epochs';

/** How a task came to its end. */
export type TaskOutcome = 'done' | 'interrupted' | 'failed';

/** What shows one task while it runs. */
export interface ProgressDisplay {
  /** Something has changed. Called often: the display decides when it reads what. */
  update(): void;
  /** Called once; resolves when the last state is shown. */
  end(outcome: TaskOutcome): Promise<void>;
}

/** Opens a display for a task; `read` gives the task's state of the moment, until after `end`. */
export type OpenDisplay<State> = (read: () => State) => ProgressDisplay;

/** Where one kind of long task says how far it is. Silent until somebody shows it: `lib/notebook` does. */
export class ProgressReporter<State> {
  #open: OpenDisplay<State> | undefined;

  /** Sets what shows all later tasks; without an argument they are silent again. */
  showWith(open?: OpenDisplay<State>): void {
    this.#open = open;
  }

  /** The display of a task that begins now. */
  start(read: () => State): ProgressDisplay {
    return this.#open?.(read) ?? { update() {}, async end() {} };
  }
}

/** How far a training has come. */
export interface TrainingProgress {
  readonly title: string;
  /** Epochs planned. */
  readonly epochs: number;
  /** The last step; undefined before the first. */
  readonly step?: StepProgress;
  /** The finished epochs. */
  readonly history: History;
  /** Whether their curves stay when the training has ended; default true. */
  readonly curves?: boolean;
}

export const trainingProgress = new ProgressReporter<TrainingProgress>();
