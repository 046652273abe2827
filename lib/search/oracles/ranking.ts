import { type Objective, objectiveValue, rankByScore } from '../objective';
import type { Trial } from '../trial';

/**
 * The trials whose scores say how good their configurations are, best first; of equal ones the earlier first.
 *
 * Scores of whole trainings come first: those of completed trials, and of trials that were pruned because they could no longer
 * win after some of their folds: fewer folds, but as many epochs. Then come trials that were left or ended before the last epoch,
 * the further trained ones first: scores after different numbers of epochs cannot be compared, and a trial that was taken further
 * was the better one when that was decided. Trials that run, failed or diverged (their score is NaN) are left out.
 */
export function rankTrials(trials: readonly Trial[], objective: Pick<Objective, 'direction'>): Trial[] {
  const wholeTraining = trials.reduce((most, { epochs }) => Math.max(most, epochs), 0);
  const epochsTrained = ({ status, epochs, histories }: Trial): number => {
    if (status === 'completed') return wholeTraining;
    if (histories.length === 0) return epochs;
    // A training that a callback ended is as whole as one that came to its last epoch.
    return Math.min(...histories.map(({ stopped, epochs: { length } }) => (stopped === undefined ? length : wholeTraining)));
  };
  const ended = trials.filter(({ status }) => status !== 'running' && status !== 'failed');
  // The sort keeps the order by score among trials that were trained as far.
  return rankByScore(ended, objective).sort((a, b) => epochsTrained(b) - epochsTrained(a));
}

/** The score that a trial had when it had so many epochs, of which it was asked for at least as many; NaN without one. */
export function scoreAt({ epochs: asked, score, histories }: Trial, epochs: number, objective: Objective): number {
  if (asked === epochs) return score;
  // A trial that a user's own loop trained has no history; it was among the best when it was promoted.
  if (histories.length === 0) return objective.direction === 'min' ? -Infinity : Infinity;
  const values = histories.map((history) => {
    const record = history.epochs[Math.min(epochs, history.epochs.length) - 1];
    return objectiveValue(record, objective);
  });
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
