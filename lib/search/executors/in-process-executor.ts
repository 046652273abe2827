import { InterruptedError } from '../../training/interrupt';
import type { EventAnswer, Executor, TrainingEvent, TrainingJob, TrainingOutcome } from './executor';
import { JobTrainer, type TrainingSetup } from './training-job';

/** Trains in this process, one job at a time. An interrupt ends the running job, as does `close`. */
export class InProcessExecutor implements Executor {
  readonly slots = 1;
  readonly #trainer: JobTrainer;
  #closed = false;

  constructor(setup: TrainingSetup) {
    this.#trainer = new JobTrainer(setup);
  }

  async run(job: TrainingJob, onEvent: (event: TrainingEvent) => EventAnswer): Promise<TrainingOutcome> {
    this.#check();
    const outcome = await this.#trainer.run(job, (event) => {
      this.#check();
      return onEvent(event);
    });
    this.#check();
    return outcome;
  }

  /** The running job ends with its next event, a tenth of a second or a step later: its own promise says when. */
  async close(): Promise<void> {
    this.#closed = true;
  }

  #check(): void {
    if (this.#closed) throw new InterruptedError('The search was ended while it trained.');
  }
}
