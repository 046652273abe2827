import { join } from 'node:path';
import { checksumOf } from '../lib/base/checksum';
import { ResultStore } from '../lib/experiments/result-store';
import type { Preset } from '../src';
import {
  type AccuracyMeasurement,
  type AccuracyResult,
  type AccuracyRun,
  measureRuns,
  planRuns,
  summarizeAccuracy,
} from './accuracy-results';
import { loadImages } from './images';
import { describeProcessor } from './machine';
import { describeModel, describeWithoutNames } from './recipes';
import { SystemProcess } from './system-process';

/** Whose models, one for each seed, are also evaluated as an ensemble. */
const ENSEMBLE = 'bestCnn';

export interface AccuracyOptions {
  readonly presets: readonly Preset[];
  /** Names for `loadImages`; undefined is its default. */
  readonly datasets: readonly (string | undefined)[];
  readonly seeds: readonly number[];
  /** Instead of each preset's own number. */
  readonly epochs?: number;
  /** Keeps finished results and the trainings' backups; whoever comes back with it goes on from there. */
  readonly folder: string;
  readonly say: (line: string) => void;
}

/** What each preset comes to on the test images of each data set, after training on all its training images. */
export async function benchAccuracy(options: AccuracyOptions): Promise<AccuracyResult[]> {
  const { presets, datasets, seeds, folder, say } = options;
  const results: AccuracyResult[] = [];
  const store = new ResultStore<AccuracyMeasurement>(folder);
  try {
    for (const name of datasets) {
      const { name: dataset, classNames, train, test } = await loadImages(name);
      const images = checksumOf(train.images, train.labels, test.images, test.labels);
      for (const preset of presets) {
        const epochs = options.epochs ?? preset.epochs;
        const runs = planRuns({ dataset, preset: preset.name, epochs }, seeds, preset.name === ENSEMBLE);
        const model = checksumOf(Buffer.from(describeWithoutNames(describeModel(preset.build({ classNames })))));
        const measurements = await measureRuns(runs, { model, images }, store, async (run) => {
          const about = `${dataset}, ${describeRun(run)}`;
          const measurement = await measureInProcess(run, folder, (line) => say(`${about}, ${line}`));
          say(`${about}: ${(100 * measurement.accuracy).toFixed(2)} % of the test images`);
          return measurement;
        });
        results.push(...summarizeAccuracy(runs, measurements, describeProcessor()));
      }
    }
  } finally {
    store.close();
  }
  return results;
}

/** A process for each run, whose peak memory is then that of the run alone. */
async function measureInProcess(run: AccuracyRun, folder: string, say: (line: string) => void): Promise<AccuracyMeasurement> {
  const backups = join(folder, run.dataset);
  const { process } = await SystemProcess.start('inkwell-accuracy.ts', { ...run, backups }, '');
  return process.run<AccuracyMeasurement>(say).finally(() => process.end());
}

function describeRun({ preset, seeds, testTimeAugmentation }: AccuracyRun): string {
  if (seeds.length === 1) return `${preset} with seed ${seeds[0]}`;
  const augmented = testTimeAugmentation ? ' with test-time augmentation' : '';
  return `ensemble of ${seeds.length} ${preset}${augmented}`;
}
