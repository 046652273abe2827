import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checksumOf } from '../lib/base/checksum';
import { ResultStore } from '../lib/experiments/result-store';
import * as tf from '../lib/tensorflow';
import {
  buildCnn,
  buildMlp,
  type Dataset,
  type HyperParameterValues,
  type LoadedDataset,
  RandomSearch,
  splitDataset,
  takeSubset,
} from '../src';
import { type AnytimeRow, findWinners, nameSearch, type SearchEvent } from './anytime-results';
import { type AnytimeSystem, findSearch, TUNERS } from './anytime-searches';
import { type Bench, writeImages } from './bench';
import { quickSize } from './budgets';
import { describeProcessor } from './machine';
import { portableSpace } from './portable-space';
import { comparableSpace } from './search-space';
import { type Ready, SystemProcess } from './system-process';
import type { InkwellAnytimeTask } from './systems/inkwell-anytime';
import type { RecipeTask } from './systems/recipe-server';
import { Trainings } from './trainings';

const VALIDATION_SPLIT = 0.2;
const WORKERS = 2;
/** Configurations whose weights are counted in every system before a search. */
const PROBES = 5;
/** Of the winners' trainings: the same initial weights and order of images for all. */
const TRAINING_SEED = 0;

export interface AnytimeOptions {
  readonly models: readonly ('mlp' | 'cnn')[];
  readonly systems: readonly AnytimeSystem[];
  readonly seeds: readonly number[];
  /** Wall time of each search. */
  readonly seconds: number;
  /** Instead of the quick profile's. */
  readonly images?: number;
  readonly epochs?: number;
  readonly trainImages?: number;
  readonly trainEpochs?: number;
  /** A name for `loadImages`; undefined is its default. */
  readonly dataset?: string;
  readonly data: LoadedDataset;
  /** Keeps finished searches and trainings; whoever comes back with it goes on from there. */
  readonly folder: string;
  /** The Python of `bench/.venv`. */
  readonly python: string;
  readonly versions: Set<string>;
  readonly say: (line: string) => void;
  /** Gets what there is whenever a seed is done. */
  readonly onRows: (rows: readonly AnytimeRow[]) => void;
}

/** One search as it ran. */
interface SearchRecord {
  readonly events: readonly SearchEvent[];
  readonly seconds: number;
  readonly versions: string;
}

/**
 * How good the winner of a search is by the search's wall time: the same space and images for Inkwell's searches (two workers),
 * KerasTuner's and Optuna's. Every winner is afterwards trained by Inkwell on all training images, and judged on the test images.
 */
export async function benchAnytime(options: AnytimeOptions): Promise<AnytimeRow[]> {
  const { models, seeds, folder, data, say, onRows } = options;
  const temporary = mkdtempSync(join(tmpdir(), 'inkwell-bench-'));
  const searches = new ResultStore<SearchRecord>(join(folder, 'searches'));
  const rows: AnytimeRow[] = [];
  let trainings: Trainings | undefined;
  try {
    trainings = new Trainings(join(folder, 'trainings'), data, say);
    for (const seed of seeds) {
      for (const model of models) {
        const setting = describeSetting(options, model);
        const found: { system: AnytimeSystem; tuner: string; record: SearchRecord }[] = [];
        for (const { system, tuner } of listSearches(options)) {
          const record = await search(options, { ...setting, system, tuner, seed }, temporary, searches);
          options.versions.add(record.versions);
          found.push({ system, tuner, record });
        }
        for (const { system, tuner, record } of found) {
          const { events } = record;
          const { build: _, ...settings } = setting;
          const common = {
            ...settings,
            system,
            tuner,
            seed,
            machine: describeProcessor(),
            trials: countTrials(events, options.seconds),
          };
          const winners = findWinners(events, options.seconds);
          if (winners.length === 0) {
            rows.push({ ...common, seconds: options.seconds, score: null, retrainingSeconds: 0, accuracy: null });
          }
          for (const winner of winners) {
            const { accuracy, seconds } = await trainings.get(
              {
                ...(options.dataset !== undefined && { dataset: options.dataset }),
                model,
                space: 'comparable',
                hyperparameters: winner.hyperparameters,
                images: setting.trainImages,
                epochs: setting.trainEpochs,
                seed: TRAINING_SEED,
              },
              `${model}, ${nameSearch({ system, tuner })} with seed ${seed}, winner of ${winner.seconds.toFixed(1)} s`,
            );
            rows.push({
              ...common,
              seconds: round(winner.seconds),
              score: winner.score,
              retrainingSeconds: round(seconds),
              accuracy: accuracy ?? 0,
            });
          }
        }
        onRows(rows);
      }
    }
  } finally {
    trainings?.close();
    searches.close();
    rmSync(temporary, { recursive: true, force: true });
  }
  return rows;
}

function listSearches({ systems, say }: AnytimeOptions): { system: AnytimeSystem; tuner: string }[] {
  return systems.flatMap((system) =>
    TUNERS[system].flatMap((tuner) => {
      if (system !== 'inkwell' || findSearch(tuner)) return { system, tuner };
      say(`${tuner} is left out: lib/search/searches.ts has none.`);
      return [];
    }),
  );
}

function describeSetting(options: AnytimeOptions, model: 'mlp' | 'cnn') {
  const { data, seconds } = options;
  const size = quickSize(model, data.train);
  return {
    build: model === 'mlp' ? buildMlp : buildCnn,
    dataset: data.name,
    limit: seconds,
    model,
    images: Math.min(options.images ?? size.images, data.train.size),
    epochs: options.epochs ?? size.epochs,
    trainImages: Math.min(options.trainImages ?? Number.POSITIVE_INFINITY, data.train.size),
    trainEpochs: options.trainEpochs ?? size.trainEpochs,
  };
}

type Setting = ReturnType<typeof describeSetting> & {
  readonly system: AnytimeSystem;
  readonly tuner: string;
  readonly seed: number;
};

/** A search from the store, or in a process of its own, and then at once to the store. */
async function search(
  options: AnytimeOptions,
  setting: Setting,
  folder: string,
  store: ResultStore<SearchRecord>,
): Promise<SearchRecord> {
  const { data, seconds, say, python } = options;
  const { build, model, system, tuner, seed, images, epochs } = setting;
  const sample = takeSubset(data.train, images);
  const { classNames } = data;
  const space = portableSpace(build, { classNames }, comparableSpace());
  const key = {
    model,
    system,
    tuner,
    seed,
    epochs,
    seconds,
    workers: WORKERS,
    space,
    images: checksumOf(sample.images, sample.labels),
  };
  const about = `${model}, ${nameSearch({ system, tuner })} with seed ${seed}`;
  const known = store.get(key);
  if (known !== undefined) {
    say(`${about}: known from before`);
    return known;
  }
  // Without a bench, `writeImages` needs its folder alone.
  const write = (name: string, part: Dataset) => writeImages({ folder } as Bench, name, part);
  const probes = drawProbes(build, classNames);
  let started: { process: SystemProcess; ready: Ready };
  if (system === 'inkwell') {
    const task: InkwellAnytimeTask = { files: write('all', sample), model, tuner, seed, epochs, seconds, workers: WORKERS };
    started = await SystemProcess.start('inkwell-anytime.ts', task, python);
  } else {
    const parts = splitDataset(sample, VALIDATION_SPLIT, seed);
    const recipes: RecipeTask = { model, classNames, images: parts.train.size, epochs };
    const task = {
      space,
      tuner,
      seed,
      epochs,
      seconds,
      probes: probes.map(({ values }) => values),
      train: write('train', parts.train),
      validation: write('validation', parts.validation),
      recipes: [
        ...[process.execPath, '--import', 'tsx', join(__dirname, 'systems', 'recipe-server.ts')],
        JSON.stringify(recipes),
      ],
    };
    const program = system === 'optuna' ? 'optuna_anytime.py' : 'keras_tuner_anytime.py';
    started = await SystemProcess.start(program, task, python);
    checkWeights(system, (started.ready as Ready & { counts: number[] }).counts, probes);
  }
  say(`${about}: ${seconds} s of search`);
  try {
    const { events, ...round } = await started.process.run<{ events: SearchEvent[]; seconds: number }>();
    const record = { events, seconds: round.seconds, versions: started.ready.versions };
    const [winner] = findWinners(events, seconds).slice(-1);
    const best = winner ? `best ${(100 * winner.score).toFixed(2)} %` : 'none with a score';
    const failed = events.filter(({ status }) => status === 'failed');
    if (failed.length > 0) {
      const reason = failed[0].reason?.trim().split('\n').at(-1);
      say(`  ${failed.length} failed${reason ? `, the first because: ${reason}` : ''}`);
    }
    say(`  ${countTrials(events, seconds)} trials, ${best}; ended after ${round.seconds.toFixed(1)} s`);
    store.set(key, record);
    return record;
  } finally {
    await started.process.end();
  }
}

interface Probe {
  readonly values: HyperParameterValues;
  readonly weights: number;
}

/** Configurations, and how many weights Inkwell's models of them have. */
function drawProbes(build: typeof buildMlp, classNames: readonly string[]): Probe[] {
  const search = new RandomSearch(build, { maxTrials: PROBES, hyperparameters: comparableSpace(), seed: 1 });
  const probes: Probe[] = [];
  for (let asked = search.ask({ data: { classNames } }); asked; asked = search.ask({ data: { classNames } })) {
    const model = build(asked.hyperparameters, { classNames });
    const sizes = model.trainableWeights.map(({ shape }) => tf.util.sizeFromShape(shape as number[]));
    model.dispose();
    const weights = sizes.reduce((sum, size) => sum + size, 0);
    probes.push({ values: asked.hyperparameters.values, weights });
  }
  return probes;
}

/** @throws Error where a system's models have other numbers of weights than Inkwell's. */
function checkWeights(system: string, counts: readonly number[], probes: readonly Probe[]): void {
  const wanted = probes.map(({ weights }) => weights);
  if (JSON.stringify(counts) === JSON.stringify(wanted)) return;
  throw new Error(`Models of ${system} have ${counts.join(', ')} weights, Inkwell's ${wanted.join(', ')}.`);
}

/** Trials that ended in time, each once. */
function countTrials(events: readonly SearchEvent[], limit: number): number {
  return new Set(events.filter(({ seconds }) => seconds <= limit).map(({ trial }) => trial)).size;
}

const round = (seconds: number) => Number(seconds.toFixed(2));
