import type { SearchEvent } from '../journal/search-event';
import { scoreTraining, type TrialState } from '../journal/trial-state';
import type { Objective } from '../objective';
import { objectiveValue } from '../objective';
import type { Pruner } from './pruner';
import { raceReason } from './racing';

type Settled = Extract<SearchEvent, { kind: 'settled' }>;

/** By which rules trials end. */
export interface Rules {
  readonly objective: Objective;
  readonly pruners: readonly Pruner[];
  readonly racing: boolean;
  /** Epochs of a whole training. */
  readonly epochs: number;
}

/**
 * What becomes of a running trial, or undefined while that is open.
 *
 * It depends on the trial's own trainings, in order, and on the trials with smaller ids, all of which must be settled. So it does
 * not matter which of several trainings that ran at once was finished first: what was trained beyond the verdict does not count.
 */
export function judge(trial: TrialState, earlier: readonly TrialState[], rules: Rules): Settled | undefined {
  const { objective } = rules;
  const verdict = (status: Settled['status'], kept: Settled['kept'], reason?: string): Settled => ({
    kind: 'settled',
    trial: trial.id,
    status,
    kept,
    ...(reason === undefined ? {} : { reason }),
  });
  const keepTo = (training: number, epochs: number) =>
    trial.trainings.map(({ records }, index) => (index < training ? records.length : index === training ? epochs : null));
  const rivals = earlier.filter((rival) => rival.status === 'completed');
  const scores: number[] = [];
  for (const [index, training] of trial.trainings.entries()) {
    const values = training.records.map((record) => objectiveValue(record, objective));
    // Judged before a failure after these epochs: with one worker the training would not have come to it.
    const reason = prune(index, values, earlier, rules);
    if (reason) return { ...verdict('pruned', keepTo(index, reason.epoch), reason.text), cut: index };
    if (training.end?.kind === 'diverged') {
      return verdict('pruned', keepTo(index, values.length), training.end.reason);
    }
    if (training.end?.kind === 'failed') {
      return verdict('failed', keepTo(index, values.length), training.end.reason);
    }
    if (training.end === undefined) break;
    scores.push(scoreTraining(training, objective));
    // Only whole trainings can be compared with whole trainings.
    if (rules.racing && trial.epochs >= rules.epochs && scores.length < trial.trainings.length) {
      const lost = raceReason({
        scores,
        trainings: trial.trainings.length,
        rivals: rivals.map(({ id, trainings }) => ({ id, scores: trainings.map((rival) => scoreTraining(rival, objective)) })),
        objective,
      });
      if (lost) return verdict('pruned', keepTo(index, values.length), lost);
    }
  }
  if (scores.length < trial.trainings.length) return undefined;
  const all = trial.trainings.map(({ records }) => records.length);
  const reachedEnd = trial.trainings.every(({ records, end }) => end?.kind === 'stopped' || records.length >= rules.epochs);
  return verdict(reachedEnd || trial.epochs >= rules.epochs ? 'completed' : 'paused', all);
}

function prune(
  training: number,
  values: readonly number[],
  earlier: readonly TrialState[],
  { pruners, objective, epochs }: Rules,
): { epoch: number; text: string } | undefined {
  const peers = earlier
    .filter(({ status }) => status === 'completed' || status === 'pruned' || status === 'paused')
    .map((peer) => peer.trainings[training]?.records.map((record) => objectiveValue(record, objective)) ?? [])
    .filter((peer) => peer.length > 0);
  // After the last epoch there is nothing left to save.
  for (let epoch = 1; epoch <= Math.min(values.length, epochs - 1); epoch++) {
    for (const pruner of pruners) {
      const text = pruner.judge({ values: values.slice(0, epoch), peers, objective });
      if (text !== undefined) return { epoch, text };
    }
  }
  return undefined;
}
