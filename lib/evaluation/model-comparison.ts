import { classificationReport } from './classification-report';
import type { Predictions } from './predictions';

/** A model's name and what it said about the test images. */
export interface EvaluatedModel {
  readonly name: string;
  readonly predictions: Predictions;
}

/** One model's line in a comparison. Plain data. */
export interface ModelScores {
  readonly name: string;
  readonly accuracy: number;
  /** 95 % interval of the accuracy. */
  readonly interval: Interval;
  /** Images classified wrongly. */
  readonly mistakes: number;
  readonly loss: number;
  readonly macroF1: number;
  /** Prediction time of all images. */
  readonly seconds: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** 97.5 % quantile of the standard normal distribution. */
const Z = 1.959963984540054;

/**
 * The 95 % interval of a share that was found to be `successes` of `trials`: Wilson's score interval (Wilson 1927,
 * "Probable inference, the law of succession, and statistical inference"), which Brown, Cai and DasGupta 2001,
 * "Interval estimation for a binomial proportion", section 3.1.1, recommend. It covers the chance in drawing the test
 * images, not the chance in training. 90 of 100 give 0.826 to 0.945.
 *
 * @throws RangeError unless both are whole numbers, `trials` at least 1 and `successes` from 0 to `trials`.
 */
export function wilsonInterval(successes: number, trials: number): Interval {
  if (!(Number.isSafeInteger(trials) && trials >= 1)) {
    throw new RangeError(`trials must be a whole number of at least 1, but got ${trials}.`);
  }
  if (!(Number.isSafeInteger(successes) && successes >= 0 && successes <= trials)) {
    throw new RangeError(`successes must be a whole number from 0 to trials (${trials}), but got ${successes}.`);
  }
  const share = successes / trials;
  const scale = 1 + Z ** 2 / trials;
  const centre = (share + Z ** 2 / (2 * trials)) / scale;
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / trials + Z ** 2 / (4 * trials ** 2));
  // Rounding may leave a share of 0 or 1 outside its own interval by 1e-17.
  return { low: successes === 0 ? 0 : centre - half, high: successes === trials ? 1 : centre + half };
}

/**
 * Scores models side by side, in the order given.
 *
 * @throws RangeError where the models were not asked about the same images.
 */
export function compareModels(models: readonly EvaluatedModel[]): ModelScores[] {
  checkSameImages(models);
  return models.map(({ name, predictions }) => {
    const { labels, predicted, size } = predictions;
    const right = labels.reduce((count, label, i) => count + Number(label === predicted[i]), 0);
    return {
      name,
      accuracy: right / size,
      interval: wilsonInterval(right, size),
      mistakes: size - right,
      loss: predictions.loss,
      macroF1: classificationReport(predictions).macro.f1,
      seconds: predictions.seconds,
    };
  });
}

/** Throws a RangeError where the models were not asked about the same images. */
export function checkSameImages(models: readonly EvaluatedModel[]): void {
  for (const { name, predictions } of models) {
    const { labels } = predictions;
    const reference = models[0].predictions.labels;
    if (labels.length !== reference.length || labels.some((label, i) => label !== reference[i])) {
      throw new RangeError(
        `models must be evaluated on the same images in the same order, but the labels of "${name}" ` +
          `(${labels.length} images) differ from those of "${models[0].name}" (${reference.length} images).`,
      );
    }
  }
}
