import { plural } from '../base/words';
import type { Figure } from '../figures/figure';
import { findRange, formatScore } from '../figures/scores';
import { bestSoFar, searchHistory } from '../figures/search-history';
import { colors } from '../figures/template';
import { isShare } from '../search/objective';
import type { SearchProgress, WorkerProgress } from '../search/search-progress';
import { completedTrials, failedTrials, partialTrials, rankedTrials } from '../search/search-results';
import { nameTrial, type Trial, trainedEpochs } from '../search/trial';
import { escapeHtml } from '../tables/table-view';
import type { TaskOutcome } from '../training/progress';
import { drawLiveChart } from './live-chart';
import { describeRunning, drawRunning, type ProgressView } from './progress-view';
import { formatSeconds, type Timing } from './time';

const SCORE_NAMES: Readonly<Record<string, string>> = {
  valAccuracy: 'validation accuracy',
  accuracy: 'training accuracy',
  valLoss: 'validation loss',
  loss: 'training loss',
};

/** How a search is shown: the scores of its trials and what its workers do, then `searchHistory`, unless it is not to stay. */
export class SearchView implements ProgressView<SearchProgress> {
  readonly #told: Set<number>;

  /** `state`: as the search begins; trials that had ended before are not told of. */
  constructor({ trials }: SearchProgress) {
    this.#told = new Set(trials.filter(hasEnded).map(({ id }) => id));
  }

  measure({ epochs, plannedEpochs }: SearchProgress) {
    return { done: epochs, total: plannedEpochs };
  }

  describe(state: SearchProgress, timing: Timing): string {
    const workers = state.workers.map((worker) => describeWorker(worker, state));
    const words = [...this.#words(state), ...workers, ...(state.notes ?? [])];
    return describeRunning(state.title, this.measure(state), timing, words);
  }

  draw(state: SearchProgress, timing: Timing): string {
    const rate = state.workers.reduce((sum, { imagesPerSecond }) => sum + (imagesPerSecond || 0), 0);
    const words = [...this.#words(state), ...(rate > 0 ? [`${Math.round(rate).toLocaleString('en-US')} images/s`] : [])];
    const content = `${drawTrials(state)}\n${drawNotes(state)}${drawWorkers(state)}`;
    return drawRunning(state.title, this.measure(state), timing, words, content);
  }

  takeEnded(state: SearchProgress): string[] {
    const ended = state.trials.filter((trial) => hasEnded(trial) && !this.#told.has(trial.id));
    for (const { id } of ended) this.#told.add(id);
    const best = rankedTrials(state)[0]?.id;
    return ended.map((trial) => `${state.title}: ${describeTrial(trial, state, trial.id === best)}`);
  }

  summarize(state: SearchProgress, outcome: TaskOutcome, seconds: number): string {
    const { title, trials, foundTrials, shortfall } = state;
    const ended = trials.filter(hasEnded).length;
    // A search that is over resumes none that it paused.
    const all = outcome === 'done' ? trials.length : ended;
    const found = foundTrials > 0 ? ` (${foundTrials} of them before)` : '';
    const of = state.plannedTrials === undefined ? '' : ` of ${state.plannedTrials}`;
    const why = shortfall ? ` (${shortfall})` : '';
    const time = formatSeconds(seconds);
    const how = foundTrials === ended ? `, all of them from an earlier run${why}` : `${found}${why} in ${time}`;
    const beginning =
      outcome === 'done'
        ? `${title}: ${shortfall && of !== '' ? `${all}${of} trials` : plural(all, 'trial')}${how}`
        : `${title} ${outcome} after ${ended}${of} trials${found}, ${time}`;
    return [beginning, ...describeBest(state)].join(', ');
  }

  finish(state: SearchProgress): Figure | undefined {
    const any = completedTrials(state).length + partialTrials(state).length > 0;
    return any && state.figure ? searchHistory(state) : undefined;
  }

  #words(state: SearchProgress): string[] {
    const { trials, plannedTrials, foundTrials } = state;
    const ended = trials.filter(hasEnded).length;
    const of = plannedTrials === undefined ? '' : ` of ${plannedTrials}`;
    const count = of === '' ? plural(ended, 'trial') : `${ended}${of} trials`;
    const found = foundTrials > 0 ? `, ${foundTrials} of them before` : '';
    const failed = failedTrials(state).length;
    return [count + found + (failed > 0 ? `, ${failed} failed` : ''), ...describeBest(state)];
  }
}

function hasEnded({ status }: Trial): boolean {
  return status !== 'running' && status !== 'paused';
}

function describeScore(score: number, { objective }: SearchProgress): string {
  return `${SCORE_NAMES[objective.name] ?? objective.name} ${formatScore(score, objective)}`;
}

function describeBest(state: SearchProgress): string[] {
  const [best] = rankedTrials(state);
  if (best === undefined) return [];
  const mark = best.origin === 'default' ? ', the default' : '';
  return [`best ${describeScore(best.score, state)} (trial ${best.id}${mark})`];
}

/** `trial 7 of 30 completed after 4 epochs, 12.3 s: validation accuracy 91.25 %, the best so far`. */
function describeTrial(trial: Trial, state: SearchProgress, isBest: boolean): string {
  const { id, origin, status, score, seconds, reason } = trial;
  const of = state.plannedTrials === undefined ? '' : ` of ${state.plannedTrials}`;
  const why = reason === undefined ? '' : ` (${reason.split('\n')[0].slice(0, 160)})`;
  const scored = Number.isNaN(score) ? '' : `: ${describeScore(score, state)}${isBest ? ', the best so far' : ''}`;
  const mark = origin === 'default' ? ' (default)' : '';
  return (
    `trial ${id}${of}${mark} ${status} after ${plural(trainedEpochs(trial), 'epoch')}, ` +
    `${formatSeconds(seconds)}${why}${scored}`
  );
}

function describeWorker(
  { worker, trial, training, trainings, epoch, epochs, step, steps, loss }: WorkerProgress,
  { slots, trials }: SearchProgress,
): string {
  const known = trials.find(({ id }) => id === trial);
  const words = [
    known ? nameTrial(known) : `trial ${trial}`,
    ...(trainings > 1 ? [`training ${training} of ${trainings}`] : []),
    `epoch ${epoch} of ${epochs}`,
    ...(steps > 0 ? [`batch ${step} of ${steps}`, `loss ${loss.toFixed(3)}`] : []),
  ].join(', ');
  return slots > 1 ? `worker ${worker}: ${words}` : words;
}

function drawNotes({ notes = [] }: SearchProgress): string {
  return notes.map((note) => `<div style="font-size: 12px">${escapeHtml(note)}</div>\n`).join('');
}

/** One line for each worker, in columns where they are many. */
function drawWorkers(state: SearchProgress): string {
  const { slots, workers } = state;
  const lines = Array.from({ length: slots }, (_, i) => {
    const working = workers.find(({ worker }) => worker === i + 1);
    if (working !== undefined) return describeWorker(working, state);
    return slots > 1 ? `worker ${i + 1}: waits` : '';
  });
  const grid = 'display: grid; grid-template-columns: repeat(auto-fill, minmax(34em, 1fr)); max-height: 9em; overflow: auto';
  const oneLine = 'overflow: hidden; white-space: nowrap; text-overflow: ellipsis';
  const cells = lines.map((line) => `<div style="${oneLine}">${escapeHtml(line)}</div>`);
  return `<div style="${grid}; font-size: 12px">${cells.join('')}</div>`;
}

function drawTrials(state: SearchProgress): string {
  const { objective, trials, plannedTrials } = state;
  const [completed, partial] = [completedTrials(state), partialTrials(state)];
  const toPoints = (of: readonly Trial[]) => of.map(({ id, score }) => [id, score] as [number, number]);
  const best = bestSoFar(state);
  // Where it steps, and its end: as many points as there were bests.
  const steps = best.filter(({ score }, i) => i === 0 || i === best.length - 1 || score !== best[i - 1].score);
  const last = Math.max(trials.length, plannedTrials ?? 0, 1);
  const name = SCORE_NAMES[objective.name] ?? objective.name;
  return drawLiveChart({
    x: { title: 'Trial', range: [0.4, last + 0.6] },
    y: {
      title: name[0].toUpperCase() + name.slice(1) + (/loss$/i.test(name) ? ' (nats)' : ''),
      share: isShare(objective),
      range: findRange(completed, partial),
    },
    series: [
      { kind: 'steps', color: colors.validation, points: steps.map(({ trial, score }) => [trial, score]), name: 'best so far' },
      { kind: 'rings', color: colors.training, points: toPoints(partial), name: 'pruned, paused or running' },
      { kind: 'dots', color: colors.training, points: toPoints(completed), name: 'completed' },
    ],
  });
}
