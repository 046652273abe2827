import { mean } from '../../base/numbers';
import { isBetter, type Objective, rankByScore } from '../objective';

/** Trials with all their trainings before anything is raced: the gap between two or three scores says little. */
const MIN_RIVALS = 3;

/** The scores of an earlier trial's trainings. */
export interface Rival {
  readonly id: number;
  readonly scores: readonly number[];
}

/**
 * Why a trial can no longer win after some of its trainings, or undefined: while it may, where it has no
 * score yet, or fewer than three of the rivals have all of their trainings.
 *
 * The remaining trainings are taken to come out as good as the trial's best one so far plus the widest gap between two trainings
 * of one rival. If even then the mean would be no better than the best rival's, the trial is out. For instance, 0.70 after 1 of 3
 * trainings against a rival with 0.80, 0.81 and 0.82: at best 0.70, 0.72 and 0.72, mean 0.713, so it is out.
 *
 * Racing is from Maron and Moore (Hoeffding races, NeurIPS 1994) and Birattari et al. (F-race, GECCO 2002); that the best trial
 * alone is raced against, and after a single training, from Hutter et al. (SMAC's intensification, LION 2011). Their bounds need
 * the scores' range or more trainings than a few folds. The gap is a rule of thumb in their place: nothing guarantees that a
 * trial's trainings differ no more than its rivals' do, so a winner with very uneven folds can be lost.
 *
 * @param options.scores of the trial's trainings so far, in order.
 * @param options.trainings how many the trial is to have.
 * @param options.rivals earlier trials with the same trainings, or some of them.
 */
export function raceReason(options: {
  scores: readonly number[];
  trainings: number;
  rivals: readonly Rival[];
  objective: Objective;
}): string | undefined {
  const { scores, trainings, rivals, objective } = options;
  if (scores.length === 0 || scores.length >= trainings) return undefined;
  const complete = rivals.filter((rival) => rival.scores.length === trainings);
  if (complete.length < MIN_RIVALS) return undefined;
  const [winner] = rankByScore(
    complete.map((rival) => ({ id: rival.id, score: mean(rival.scores) })),
    objective,
  );
  if (winner === undefined) return undefined;
  const gaps = rivals.map((rival) => Math.max(...rival.scores) - Math.min(...rival.scores));
  const gap = Math.max(...gaps.filter(Number.isFinite));
  const atBest = objective.direction === 'min' ? Math.min(...scores) - gap : Math.max(...scores) + gap;
  const rest = trainings - scores.length;
  const bound = (mean(scores) * scores.length + atBest * rest) / trainings;
  if (isBetter(bound, winner.score, objective)) return undefined;
  return (
    `cannot win any more: ${mean(scores).toPrecision(4)} after ${scores.length} of ${trainings} trainings, ` +
    `at best ${bound.toPrecision(4)}, trial ${winner.id} has ${winner.score.toPrecision(4)}`
  );
}
