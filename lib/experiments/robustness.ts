import { checksumOf } from '../base/checksum';
import { checkDataset } from '../data/check-dataset';
import type { Dataset } from '../data/dataset';
import { type Interval, wilsonInterval } from '../evaluation/model-comparison';
import type * as tf from '../tensorflow';
import { evaluateWith } from '../training/evaluate';
import { checkModelShape } from '../training/model-shape';
import { createPredictor } from '../training/predictor';
import { type Corruption, corruptImages, defaultStrengths, type Strengths } from './corruptions';
import { type Measurement, measureEach } from './measure-each';

export interface RobustnessOptions {
  /** Default `defaultStrengths`; 0 is always measured. */
  readonly strengths?: Strengths;
  /** Drives directions and noise, default 0. */
  readonly seed?: number;
  /**
   * Folder of the results: a call that finds some there, of the same weights and images, measures only what is missing.
   * Default: none.
   */
  readonly directory?: string;
  /** Heading of the progress display, default `Robustness`; null shows none. */
  readonly title?: string | null;
}

/** One model on images with one corruption of one strength. Plain data. */
export interface RobustnessPoint {
  /** The model's. */
  readonly name: string;
  readonly corruption: Corruption;
  readonly strength: number;
  /** Share of right predictions, 0 to 1. */
  readonly accuracy: number;
  /** 95 % interval of the accuracy (Wilson); it covers the chance in drawing the images. */
  readonly interval: Interval;
}

/**
 * The accuracy of trained models on images that are shifted, rotated, noisy, thicker or thinner, by corruption and
 * strength, model by model. All models see the same corrupted images; see `corruptImages`.
 *
 *     await show(figures.robustness(await robustness({ MLP: mlp, CNN: cnn }, test)));
 *
 * @throws InterruptedError after the kernel's stop button. Called again with a `directory`, it goes on where it was.
 */
export async function robustness(
  models: Readonly<Record<string, tf.LayersModel>>,
  dataset: Dataset,
  options: RobustnessOptions = {},
): Promise<RobustnessPoint[]> {
  checkDataset(dataset);
  const { strengths = defaultStrengths, seed = 0, directory, title = 'Robustness' } = options;
  const checksum = checksumOf(dataset.labels, dataset.images);
  const shapes = Object.values(models).map((model) => checkModelShape(model, dataset.classNames.length));
  const opened = Object.entries(models).map(([name, model], i) => ({
    name,
    weights: checksumOf(...model.getWeights().map((weight) => weight.dataSync())),
    predictor: createPredictor(model, shapes[i]),
  }));
  const points = Object.entries(strengths).flatMap(([corruption, values]) =>
    [...new Set([0, ...values])]
      .sort((a, b) => a - b)
      .flatMap((strength) => opened.map((model) => ({ model, corruption: corruption as Corruption, strength }))),
  );
  /** The same for all models, which come one after the other. */
  let corrupted: { readonly key: string; readonly images: Dataset } | undefined;
  const measurements = points.map(({ model, corruption, strength }): Measurement => {
    // Whatever the corruption, strength 0 is the images as they are.
    const what = strength === 0 ? {} : { corruption, strength, seed };
    return {
      key: { ...what, weights: model.weights, checksum },
      words: `${model.name}, ${corruption} ${strength}`,
      work: 1,
      async measure() {
        const key = JSON.stringify(what);
        if (corrupted?.key !== key) {
          corrupted = { key, images: corruptImages(dataset, corruption, strength, seed) };
        }
        return (await evaluateWith(model.predictor, corrupted.images)).accuracy;
      },
      describe: (accuracy) => `accuracy ${(100 * accuracy).toFixed(2)} %`,
    };
  });
  try {
    const accuracies = await measureEach(measurements, { noun: 'evaluation', title, directory });
    return points.map(({ model: { name }, corruption, strength }, i) => ({
      name,
      corruption,
      strength,
      accuracy: accuracies[i],
      interval: wilsonInterval(Math.round(accuracies[i] * dataset.size), dataset.size),
    }));
  } finally {
    for (const { predictor } of opened) predictor.dispose();
  }
}
