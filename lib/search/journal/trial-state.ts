import { sum } from '../../base/numbers';
import { deriveSeed } from '../../base/random';
import type { EpochRecord, History } from '../../training/history';
import { type Objective, objectiveValue } from '../objective';
import type { HyperParameterValues } from '../space/hyperparameters';
import type { Trial, TrialStatus } from '../trial';
import type { TrainingEnd, Versions } from './search-event';

export interface TrainingState {
  records: EpochRecord[];
  checkpoint?: string;
  /** Set when it needs no more training, as far as asked for. */
  end?: TrainingEnd;
  told?: number;
  /** Why attempts at it failed, in order, each after so many finished epochs. */
  failures: { readonly epochs: number; readonly reason: string }[];
  trainSize: number;
  validationSize: number;
  batchSize: number;
}

export interface TrialState {
  readonly id: number;
  readonly hyperparameters: HyperParameterValues;
  readonly origin: Trial['origin'];
  readonly seed: number;
  readonly parameters: number;
  readonly trainings: TrainingState[];
  epochs: number;
  status: TrialStatus;
  reason?: string;
  versions: Versions;
}

/** The objective of a training at the epoch whose weights it has; NaN where it diverged or has no epoch. */
export function scoreTraining({ records, end, told }: TrainingState, objective: Objective): number {
  if (told !== undefined) return told;
  if (end?.kind === 'diverged' || end?.kind === 'failed') return Number.NaN;
  // A training that was cut short by pruning counts as far as its records go.
  const best = end?.bestEpoch === undefined ? undefined : records[end.bestEpoch - 1];
  const record = best ?? records[records.length - 1];
  return record === undefined ? Number.NaN : objectiveValue(record, objective);
}

export function scoreTrial(trial: TrialState, objective: Objective): { scores: number[]; score: number; spread: number } {
  const counted = trial.trainings.filter((training) =>
    trial.status === 'running' ? training.end !== undefined : training.records.length > 0 || training.end,
  );
  const scores = hasFailed(trial) ? [] : counted.map((training) => scoreTraining(training, objective));
  return { scores, ...meanAndSpread(scores) };
}

export function describeTrial(trial: TrialState, objective: Objective): Trial {
  const { id, status, hyperparameters, origin, epochs, seed, parameters, reason, versions } = trial;
  const attempts = sum(trial.trainings.map(({ failures }) => failures.length));
  const histories = trial.trainings
    .map(
      ({ records, end, trainSize, validationSize, batchSize }, training): History => ({
        epochs: [...records],
        seconds: sum(records.map((record) => record.seconds)),
        trainSize,
        validationSize,
        batchSize,
        seed: trainingSeed(seed, training),
        ...(end?.bestEpoch === undefined ? {} : { bestEpoch: end.bestEpoch }),
        ...(end?.kind === 'stopped' ? { stopped: end.reason } : {}),
      }),
    )
    .filter((history) => history.epochs.length > 0);
  const ended = trial.trainings.find(({ end }) => end?.kind === 'stopped')?.end?.reason;
  return {
    id,
    status,
    hyperparameters,
    origin,
    epochs,
    ...scoreTrial(trial, objective),
    histories,
    trainings: trial.trainings.length,
    parameters,
    seed,
    attempts,
    versions,
    seconds: sum(histories.map((history) => history.seconds)),
    ...((reason ?? ended) === undefined ? {} : { reason: reason ?? ended }),
  };
}

/** Whether a training of the trial has failed for good, though the trial may not be settled yet. */
export function hasFailed({ trainings }: TrialState): boolean {
  return trainings.some(({ end }) => end?.kind === 'failed');
}

/** The seed of one training of a trial: its initial weights, order of images and dropout. */
export function trainingSeed(trialSeed: number, training: number): number {
  return deriveSeed(trialSeed, 'training', training);
}

/** Mean and sample standard deviation (n - 1 in the denominator); NaN and 0 of none, and 0 for the spread of one. */
function meanAndSpread(scores: readonly number[]): { score: number; spread: number } {
  if (scores.length === 0) return { score: Number.NaN, spread: 0 };
  const score = sum(scores) / scores.length;
  if (scores.length < 2) return { score, spread: 0 };
  const squares = sum(scores.map((value) => (value - score) ** 2));
  return { score, spread: Math.sqrt(squares / (scores.length - 1)) };
}
