import type { Executor, TrainingJob } from './executors/executor';
import type { SearchState } from './journal/search-state';
import type { TrialState } from './journal/trial-state';
import type { SearchSettings } from './search-options';
import type { SearchProgress, WorkerProgress } from './search-progress';

/** A training job that an executor runs. */
export interface ActiveJob {
  readonly job: TrainingJob;
  /** From 1, at most the executor's slots: the lowest that was free. */
  readonly worker: number;
  /** On the search's clock, when it began or finished its last epoch. */
  sinceMs: number;
  epoch: number;
  step: number;
  steps: number;
  loss: number;
  imagesPerSecond: number;
}

/** What a run's progress display shows now. */
export function describeProgress(
  title: string,
  state: SearchState,
  active: readonly ActiveJob[],
  executor: Executor,
  options: Pick<SearchSettings, 'maxEpochs' | 'folds' | 'executionsPerTrial' | 'objective'> & {
    /** Trials and, over all of them, epochs of each training; Infinity where that is not known beforehand. */
    readonly plan: { readonly trials: number; readonly epochs: number };
    /** Trials that had ended before this run. */
    readonly foundTrials: number;
    readonly shortfall?: string;
    readonly figure: boolean;
  },
): SearchProgress {
  const { plan, maxEpochs, folds, executionsPerTrial, objective, foundTrials, shortfall, figure } = options;
  const trainings = folds * executionsPerTrial;
  // A trial that has ended is worth the epochs that it was asked for.
  const finished = state.trials
    .flatMap((trial) => trial.trainings.map(({ records, end }) => (end || !isOpen(trial) ? trial.epochs : records.length)))
    .reduce((sum, count) => sum + count, 0);
  // The training of a trial that another worker's ended is counted already.
  const begun = active.map(({ job, step, steps }) => (isOpen(state.trial(job.trial)) ? step / steps : 0));
  const epochs = begun.reduce((sum, part) => sum + part, finished);
  // Where epochs are what runs out, nobody knows how many trials there will be.
  const planned = plan.epochs * trainings <= maxEpochs && Number.isFinite(plan.trials);
  return {
    title,
    objective,
    trials: state.results(),
    foundTrials,
    ...(planned && { plannedTrials: plan.trials }),
    ...(shortfall && { shortfall }),
    epochs,
    plannedEpochs: Math.max(epochs, Math.min(plan.epochs * trainings, maxEpochs)),
    // Of more workers than there are now, while those who left have something to end.
    slots: Math.max(executor.slots, ...active.map(({ worker }) => worker)),
    notes: executor.notes,
    figure,
    workers: active.map((job) => describeWorker(job, trainings)).sort((a, b) => a.worker - b.worker),
  };
}

function describeWorker({ job, ...active }: ActiveJob, trainings: number): WorkerProgress {
  const { worker, epoch, step, loss, imagesPerSecond } = active;
  return {
    worker,
    trial: job.trial,
    training: job.training + 1,
    trainings,
    epoch: Math.min(epoch, job.until),
    epochs: job.until,
    step,
    steps: step === 0 ? 0 : active.steps,
    loss: step === 0 ? Number.NaN : loss,
    imagesPerSecond: step === 0 ? Number.NaN : imagesPerSecond,
  };
}

export function isOpen({ status }: Pick<TrialState, 'status'>): boolean {
  return status === 'running' || status === 'paused';
}
