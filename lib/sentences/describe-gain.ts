import { escapeMarkdown } from '../base/markdown';
import { sum } from '../base/numbers';
import { formatCount, plural } from '../base/words';
import { type CrossValidatedSearch, type Gain, measureGain } from '../experiments/gain';
import { isShare } from '../search/objective';
import { bestSearch, rankedTrials } from '../search/search-results';
import { findBaseline, type Trial, trainedEpochs } from '../search/trial';
import { formatDifference, nameMeasure } from './describe-ablation';
import { roundedScore } from './describe-search';

/**
 * What a search gained over the builder's own default (`search.baseline`), or the one of several, given by name, that has the
 * best trial: the difference of both trials on the folds that both were judged on, with its 95 % interval (see
 * `pairedDifference`); that it gained nothing that these folds can tell from luck, or that two folds are too few to tell; or why
 * it cannot be said.
 */
export function describeGain(searches: CrossValidatedSearch | Readonly<Record<string, CrossValidatedSearch>>): string {
  const isOne = (of: typeof searches): of is CrossValidatedSearch => Array.isArray(of.trials);
  const found = isOne(searches) ? [searches] : Object.values(searches);
  if (!found.some((each) => rankedTrials(each).length > 0)) {
    return "No trial is completed with a score yet that could be compared with the builder's own default.";
  }
  const { name, search } = isOne(searches) ? { name: 'The search', search: searches } : bestSearch(searches);
  const [best] = rankedTrials(search);
  const baseline = findBaseline(search.trials);
  const score = roundedScore(search, best.score);
  if (baseline === undefined) {
    return (
      `What ${isOne(searches) ? 'the search' : escapeMarkdown(name)} gained over the builder's own default cannot be said: it ` +
      'was not tried (`startWithDefault: false`, or its model has more weights than `maxModelWeights`).'
    );
  }
  if (baseline.id === best.id) {
    const trials = sum(found.map((each) => each.trials.length));
    return trials === 1
      ? `The builder's own default is the only trial so far: ${score}.`
      : `Nothing beat the builder's own default: of ${plural(trials, 'trial')} it scores best, ${score} (trial ${baseline.id}).`;
  }
  const gain = measureGain(search);
  if (gain === undefined) {
    const why = whyNoMatch(baseline, Math.max(...search.trials.map(({ epochs }) => epochs)));
    return (
      `The builder's own default (trial ${baseline.id}) ${why}, so what was gained over it by the best, trial ${best.id} with ` +
      `${score}, cannot be said.`
    );
  }
  return describeMeasuredGain(escapeMarkdown(name), search, best, baseline, gain);
}

function describeMeasuredGain(name: string, search: CrossValidatedSearch, best: Trial, baseline: Trial, gain: Gain): string {
  const { objective, folds } = search;
  const { difference, differences, interval } = gain;
  const format = (value: number) => formatDifference(value, objective);
  const unit = isShare(objective) ? ' points' : '';
  const measure = escapeMarkdown(nameMeasure(objective));
  const scores =
    `trial ${best.id} has ${roundedScore(search, gain.best)}, the default (trial ${baseline.id}) ` +
    `${roundedScore(search, gain.baseline)}`;
  const shared = differences.length;
  // Racing ended the default before its last fold.
  const of = shared < folds ? `${shared} of ${folds} folds that both came to` : plural(folds, 'fold');
  const chosen = `trial ${best.id} was chosen for its score`;
  if (Number.isNaN(interval.low)) {
    const why =
      shared > 1
        ? 'Two equal differences do not show how folds spread, so there is no interval'
        : folds > 1
          ? `Both came to one of ${folds} folds, so there is no interval`
          : 'With one hold-out there is no interval';
    return (
      `In ${measure} ${scores}: ${format(Math.abs(difference))}${unit} ${difference < 0 ? 'worse' : 'better'}. ${why}, and it ` +
      `may be luck; also, ${chosen}, which flatters it a little.`
    );
  }
  const ends = `${format(interval.low)} to ${format(interval.high)}${unit}`;
  if (interval.low > 0) {
    return (
      `${name} gained ${format(difference)}${unit} in ${measure} over the builder's own default: ${scores} (95 % interval of ` +
      `the gain ${ends}, from ${of}${folds === 2 ? ', which are few' : ''}). It is flattered a little: ${chosen}.`
    );
  }
  if (folds === 2 && differences.length === 2 && differences.every((each) => each > 0)) {
    return (
      `${name}'s best trial is ${format(difference)}${unit} ahead of the builder's own default in ${measure}: ${scores}. Both ` +
      `folds say so, but two are too few for a useful interval (95 %: ${ends}). It is flattered a little: ${chosen}.`
    );
  }
  return (
    `${name} gained nothing over the builder's own default that ${shared < folds ? `the ${of}` : `${folds} folds`} can tell ` +
    `from luck: in ${measure} ${scores} (95 % ` +
    `interval of the gain ${ends}). Even that is flattered a little: ${chosen}.`
  );
}

/** Why the score of a default is no match for one of a whole training, or that it has none. */
function whyNoMatch(trial: Trial, whole: number): string {
  const { status, score, reason } = trial;
  if (status === 'failed') return `failed (${escapeMarkdown(firstLine(reason))})`;
  if (status === 'running') return 'is still being trained';
  if (typeof score !== 'number' || Number.isNaN(score)) {
    return `has no score${reason === undefined ? '' : ` (${escapeMarkdown(firstLine(reason))})`}`;
  }
  const epochs = `after ${formatCount(trainedEpochs(trial))} of ${plural(whole, 'epoch')}`;
  return status === 'paused' ? `is paused ${epochs}` : `was ${status} ${epochs}`;
}

function firstLine(text = ''): string {
  const line = text.split('\n')[0].trim().replace(/\.$/, '');
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
