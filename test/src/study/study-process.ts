// A process that makes a tiny study in the folder that it runs in, as a notebook does, and prints what it found as JSON.

import { join } from 'node:path';
import { readAblation } from '../../../lib/experiments/ablation';
import { readSearch } from '../../../lib/search/read-search';
import type { Search } from '../../../lib/search/search';
import { RandomSearch } from '../../../lib/search/searches';
import type { HyperParameterValues } from '../../../lib/search/space/hyperparameters';
import * as tf from '../../../lib/tensorflow';
import { loadModel, type TrainingRecord } from '../../../lib/training/save-model';
import { searchDirectory } from '../../../src/study/folders';
import { readStudy } from '../../../src/study/read-study';
import { judgeReferences } from '../../../src/study/references';
import { buildTiny, openTiny } from './builders';

/** What the study found. */
export interface StudyFacts {
  readonly baseline: HyperParameterValues;
  readonly winner: HyperParameterValues;
  readonly folder: string;
  /** Of the models saved: the winner's and the default's; then the same where the default won. */
  readonly records: readonly TrainingRecord[];
  readonly alone: readonly TrainingRecord[];
  readonly weights: number;
  readonly searchSeconds: number;
  /** Trials of the search and of the ablation, and the same of those that a new study of the same kind resumed. */
  readonly trials: readonly Search['trials'][];
  readonly resumed: readonly Search['trials'][];
  /** The search's trials and the ablation's changes as they are read from their folders. */
  readonly read: Search['trials'];
  readonly readChanges: readonly (readonly [string, unknown])[];
  /** Changes tried with a base that has no choice of batch normalization. */
  readonly changes: readonly (readonly [string, unknown])[];
  /** What notebook 4 reads of it: trials by search, and changes of the ablation. */
  readonly studied: { readonly searches: Readonly<Record<string, number>>; readonly changes: number | undefined };
  /** Names, accuracies and training seconds of the models that no search touched, judged twice, then for another seed. */
  readonly references: readonly (readonly { name: string; accuracy: number; seconds: number | undefined }[])[];
  /** Winner and default, trained at the same time by workers, then found again by a new study: accuracies and seconds. */
  readonly alike: readonly (readonly { accuracy: number; seconds: number }[])[];
  /** Tensors left behind after each save. */
  readonly tensors: readonly number[];
}

async function main(): Promise<StudyFacts> {
  const before = tf.memory().numTensors;
  const tensors: number[] = [];
  const study = openTiny();
  const { baseline } = study;
  const winner = { ...baseline, dropout: 0.3 };
  const load = async (paths: string[]) => {
    const loaded = await Promise.all(paths.map((path) => loadModel(path)));
    const weights = loaded[0].model.countParams();
    for (const { model } of loaded) model.dispose();
    return { records: loaded.map(({ record }) => record), weights };
  };
  const run = async () => {
    const of = openTiny();
    const search = new RandomSearch(buildTiny, { ...of.searchOptions('random'), maxTrials: of.budget.trials });
    await search.run(of.sample, { ...of.runOptions, title: null });
    return { search, ablation: await of.ablate(winner) };
  };
  const { search, ablation } = await run();
  const searches = { 'Random search': search };
  const folder = await study.save(await study.trainAlike(winner), searches);
  tensors.push(tf.memory().numTensors - before);
  const { records, weights } = await load([folder, `${folder}-default`]);
  const again = await run();
  await study.save(await study.trainAlike(baseline), searches);
  tensors.push(tf.memory().numTensors - before);
  const { records: alone } = await load([folder, `${folder}-default`]);
  // What notebook 4 reads.
  const read = readSearch(searchDirectory('stripes', 'small', 'mlp', 'random')).trials;
  const { effects } = readAblation(searchDirectory('stripes', 'small', 'mlp', 'ablation'));
  const readChanges = effects.map(({ name, value }) => [name, value] as const);
  const references: StudyFacts['references'][number][] = [];
  for (const seed of [0, 0, 1]) {
    const models = await judgeReferences(study.loaded, { profile: 'small', seed });
    const { record, model } = await loadModel(join('runs', 'stripes-small', 'quickCnn'));
    model.dispose();
    references.push(
      models.map(({ name, predictions: { accuracy } }, i) => ({
        name,
        accuracy,
        seconds: i === 1 ? record.history.seconds : undefined,
      })),
    );
  }
  tensors.push(tf.memory().numTensors - before);
  const [voted] = await judgeReferences(study.loaded, { profile: 'small', seed: 1 });
  const of = { dataset: 'stripes', profile: 'small', winner: voted, baseline: voted, weights };
  const alike: StudyFacts['alike'][number][] = [];
  for (const workers of [2, 2, 1]) {
    const of = openTiny({ profile: 'full', workers, overwrite: workers === 1 });
    const { winner: first, baseline: second } = await of.trainAlike(winner);
    alike.push(
      [first, second].map(({ model, history, evaluated }) => {
        model.dispose();
        return { accuracy: evaluated.predictions.accuracy, seconds: history.seconds };
      }),
    );
  }
  const { searches: found, ablation: changed } = readStudy('mlp', of);
  const other = await openTiny().ablate({ activation: 'sigmoid', dropout: 0.1, learningRate: 0.01 });
  return {
    baseline,
    winner,
    folder,
    records,
    alone,
    weights,
    tensors,
    searchSeconds: search.seconds,
    trials: [search.trials, ablation.trials],
    read,
    readChanges,
    resumed: [again.search.trials, again.ablation.trials],
    studied: {
      searches: Object.fromEntries(Object.entries(found).map(([name, { trials }]) => [name, trials.length])),
      changes: changed?.effects.length,
    },
    references,
    alike,
    changes: other.effects.map(({ name, value }) => [name, value]),
  };
}

if (require.main === module) void main().then((facts) => console.log(JSON.stringify(facts)));
