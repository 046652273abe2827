import { meanInterval } from '../lib/evaluation/mean-interval';
import type { HyperParameterValues } from '../lib/search/space/domain';
import type { AnytimeSystem } from './anytime-searches';
import { table } from './report';
import { median } from './results';

/** A trial ended, or came as far as it was asked to. Plain data. */
export interface SearchEvent {
  /** Wall time since the search began. */
  readonly seconds: number;
  readonly trial: number | string;
  readonly status: 'completed' | 'paused' | 'pruned' | 'failed';
  /** Validation accuracy; null for none. */
  readonly score: number | null;
  readonly hyperparameters: HyperParameterValues;
  /** Of one that failed, where the system says it. */
  readonly reason?: string;
}

/** A configuration from when it is the best so far. */
export interface Winner {
  readonly seconds: number;
  readonly score: number;
  readonly hyperparameters: HyperParameterValues;
}

/** What a search is compared under; rows of one model have one. */
export interface AnytimeSettings {
  readonly dataset: string;
  /** Of the search, hold-out included. */
  readonly images: number;
  /** Of a whole trial. */
  readonly epochs: number;
  /** Wall time of the search. */
  readonly limit: number;
  readonly trainImages: number;
  readonly trainEpochs: number;
}

/** One line of `anytime.json`: a winner of a search, from the second on at which it became that; or that a search found none. */
export interface AnytimeRow extends AnytimeSettings {
  readonly model: 'mlp' | 'cnn';
  readonly system: AnytimeSystem;
  readonly tuner: string;
  readonly seed: number;
  /** Trials that ended within the limit. */
  readonly trials: number;
  /** The limit where there was none. */
  readonly seconds: number;
  /** Validation accuracy in the search; null where there was none. */
  readonly score: number | null;
  readonly retrainingSeconds: number;
  /**
   * Share of the test images classified rightly after training on all training images; 0 where that diverged, null for no winner.
   */
  readonly accuracy: number | null;
  readonly machine: string;
}

const MOMENTS = [30, 60, 120, 300];
/** Share of the test images that a winner should read. */
export const GOAL = 0.89;
const MODEL_NAMES = { mlp: 'MLP', cnn: 'CNN' };
const SYSTEM_NAMES = { inkwell: 'Inkwell', 'keras-tuner': 'KerasTuner', optuna: 'Optuna' };

/** One text for one configuration, whatever the order of its names. */
export function configurationText(values: HyperParameterValues): string {
  return JSON.stringify(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Each configuration that was the best at some time within `limit` seconds, from when it was: the completed trial with the best
 * score, the earlier of equal ones; while none is completed, the best of those that have a score. The same configuration twice in
 * a row counts once.
 */
export function findWinners(events: readonly SearchEvent[], limit = Number.POSITIVE_INFINITY): Winner[] {
  const winners: Winner[] = [];
  const latest = new Map<SearchEvent['trial'], SearchEvent>();
  for (const event of events) {
    if (event.seconds > limit) continue;
    latest.set(event.trial, event);
    const scored = [...latest.values()].filter(({ score }) => score !== null);
    const completed = scored.filter(({ status }) => status === 'completed');
    let best: SearchEvent | undefined;
    for (const candidate of completed.length > 0 ? completed : scored) {
      if (best === undefined || (candidate.score as number) > (best.score as number)) best = candidate;
    }
    if (best === undefined) continue;
    const last = winners.at(-1);
    if (last && configurationText(last.hyperparameters) === configurationText(best.hyperparameters)) continue;
    const { score, hyperparameters } = best;
    winners.push({ seconds: event.seconds, score: score as number, hyperparameters });
  }
  return winners;
}

/**
 * The test accuracy of the winner after so many seconds; undefined before there is one. `rows` are those of one search, in order.
 */
export function accuracyAt(rows: readonly AnytimeRow[], seconds: number): number | undefined {
  return rows.filter((row) => row.seconds <= seconds).at(-1)?.accuracy ?? undefined;
}

/** Rows by model, system and tuner in the order of their first, and within by seed. */
function groupRows(rows: readonly AnytimeRow[]): { first: AnytimeRow; seeds: AnytimeRow[][] }[] {
  const groups = new Map<string, Map<number, AnytimeRow[]>>();
  for (const row of rows) {
    const key = JSON.stringify([row.model, row.system, row.tuner]);
    const seeds = groups.get(key) ?? new Map<number, AnytimeRow[]>();
    groups.set(key, seeds);
    seeds.set(row.seed, [...(seeds.get(row.seed) ?? []), row]);
  }
  return [...groups.values()].map((bySeed) => {
    const seeds = [...bySeed.values()].map((list) => [...list].sort((a, b) => a.seconds - b.seconds));
    return { first: seeds[0][0], seeds };
  });
}

/** A search's system and tuner, for people. */
export function nameSearch({ system, tuner }: Pick<AnytimeRow, 'system' | 'tuner'>): string {
  return `${SYSTEM_NAMES[system]} ${tuner}`;
}

/** The rows as a Markdown table for each model, and below it under what they were measured. */
export function writeAnytime(rows: readonly AnytimeRow[]): string {
  const models = [...new Set(rows.map(({ model }) => model))];
  const sections = models.map((model) => {
    const groups = groupRows(rows.filter((row) => row.model === model));
    const { limit, images, epochs, trainImages, trainEpochs, dataset } = groups[0].first;
    const moments = [...new Set([...MOMENTS.filter((moment) => moment < limit), limit])];
    const lines = groups.map(({ first, seeds }) => [
      nameSearch(first),
      ...moments.map((moment) => describeAccuracies(seeds.map((list) => accuracyAt(list, moment)))),
      describeTimes(seeds.map((list) => list.find(({ accuracy }) => (accuracy ?? 0) >= GOAL)?.seconds)),
      (seeds.reduce((sum, [row]) => sum + row.trials, 0) / seeds.length).toFixed(0),
      seeds.map(([{ seed }]) => seed).join(', '),
    ]);
    return [
      `**${MODEL_NAMES[model]}**: accuracy on the test images of ${dataset} of the winner so far, by wall time of the ` +
        'search, after',
      `retraining on ${trainImages} images for ${trainEpochs} epochs; mean ± standard deviation over the seeds. Each search ` +
        `has ${images}`,
      `images, a fifth of them held out, ${epochs} epochs a trial, and the same space.`,
      '',
      table(['search', ...moments.map((moment) => `${moment} s`), `until ${100 * GOAL} %`, 'trials', 'seeds'], lines),
    ].join('\n');
  });
  const machines = [...new Set(rows.map(({ machine }) => machine))];
  return [...sections, `Measured on ${machines.join('; ')}.`].join('\n\n');
}

function describeAccuracies(accuracies: readonly (number | undefined)[]): string {
  const known = accuracies.filter((accuracy): accuracy is number => accuracy !== undefined);
  if (known.length === 0) return '–';
  const { mean, deviation } = meanInterval(known);
  const spread = Number.isNaN(deviation) ? '' : ` ± ${(100 * deviation).toFixed(2)}`;
  const some = known.length < accuracies.length ? ` (${known.length} of ${accuracies.length})` : '';
  return `${(100 * mean).toFixed(2)}${spread} %${some}`;
}

/** The median, where those who never come there take for ever; and how many do. */
function describeTimes(times: readonly (number | undefined)[]): string {
  const reached = times.filter((seconds) => seconds !== undefined);
  if (reached.length === 0) return 'never';
  const all = times.map((seconds) => seconds ?? Number.MAX_VALUE);
  const middle = median(all);
  const time = middle < 1e9 ? `${middle.toFixed(0)} s` : 'never';
  return reached.length < times.length ? `${time} (${reached.length} of ${times.length})` : time;
}

/** A search's mean test accuracy over its seeds along its time, for a step line. */
export interface AnytimeCurve {
  readonly model: 'mlp' | 'cnn';
  readonly system: AnytimeSystem;
  readonly tuner: string;
  readonly seeds: readonly number[];
  /**
   * None where a seed has no winner; else from when every seed has one, each time that one of them changes, to the limit; sample
   * deviation 0 for one seed.
   */
  readonly points: readonly { readonly seconds: number; readonly mean: number; readonly deviation: number }[];
}

export function anytimeCurves(rows: readonly AnytimeRow[]): AnytimeCurve[] {
  return groupRows(rows).map(({ first, seeds }) => {
    const { model, system, tuner, limit } = first;
    const isWithout = seeds.some(([row]) => row.accuracy === null);
    const start = isWithout ? Number.POSITIVE_INFINITY : Math.max(...seeds.map(([row]) => row.seconds));
    const changes = seeds.flatMap((list) => list.map(({ seconds }) => seconds)).filter((time) => time >= start);
    const times = isWithout ? [] : [...new Set([...changes, limit])].sort((a, b) => a - b);
    const points = times.map((seconds) => {
      const { mean, deviation } = meanInterval(seeds.map((list) => accuracyAt(list, seconds) as number));
      return { seconds, mean, deviation: Number.isNaN(deviation) ? 0 : deviation };
    });
    return { model, system, tuner, seeds: seeds.map(([{ seed }]) => seed), points };
  });
}

/**
 * Earlier rows and new ones, which take the place of all of the same search and seed. Of a model whose settings or machine are
 * others now, the earlier ones go: they cannot be compared.
 */
export function mergeAnytime(earlier: readonly AnytimeRow[], rows: readonly AnytimeRow[]): AnytimeRow[] {
  const settings = ({ dataset, images, epochs, limit, trainImages, trainEpochs, machine }: AnytimeRow) =>
    JSON.stringify([dataset, images, epochs, limit, trainImages, trainEpochs, machine]);
  const search = ({ model, system, tuner, seed }: AnytimeRow) => JSON.stringify([model, system, tuner, seed]);
  const replaced = new Set(rows.map(search));
  const kept = earlier.filter((old) => {
    const sameModel = rows.find(({ model }) => model === old.model);
    return !replaced.has(search(old)) && (sameModel === undefined || settings(sameModel) === settings(old));
  });
  const all = [...kept, ...rows];
  const places = new Map(Object.entries({ mlp: 0, cnn: 1, inkwell: 0, 'keras-tuner': 1, optuna: 2 }));
  const place = (name: string) => places.get(name) as number;
  return all.sort(
    (a, b) =>
      place(a.model) - place(b.model) ||
      place(a.system) - place(b.system) ||
      order(a.tuner) - order(b.tuner) ||
      a.seed - b.seed ||
      a.seconds - b.seconds,
  );
}

const ORDER = ['RandomSearch', 'Hyperband', 'BayesianOptimization', 'PriorBand', 'TPE'];
const order = (tuner: string) => ORDER.indexOf(tuner);
