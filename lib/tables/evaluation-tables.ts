import type { DataFrame } from 'danfojs-node';
import { formatProbability } from '../base/words';
import { type BootstrapOptions, type Metric, pairedBootstrap } from '../evaluation/bootstrap';
import { classificationReport } from '../evaluation/classification-report';
import { mcnemarTest } from '../evaluation/mcnemar';
import { meanInterval } from '../evaluation/mean-interval';
import { checkSameImages, type EvaluatedModel } from '../evaluation/model-comparison';
import { type PredictionScores, scoreIntervals, scorePredictions } from '../evaluation/scores';
import { frame } from './libraries';
import { distinctColumnName, round } from './table-cells';

/** The weighted recall has no row: it is the accuracy. */
const SCORE_NAMES: readonly [keyof PredictionScores, string][] = [
  ['accuracy', 'accuracy'],
  ['topKAccuracy', 'top-k accuracy'],
  ['balancedAccuracy', 'balanced accuracy'],
  ['macroPrecision', 'macro precision'],
  ['macroRecall', 'macro recall'],
  ['macroF1', 'macro F1'],
  ['weightedPrecision', 'weighted precision'],
  ['weightedF1', 'weighted F1'],
  ['cohenKappa', "Cohen's kappa"],
  ['matthewsCorrelation', 'Matthews correlation'],
  ['logLoss', 'log loss'],
  ['brierScore', 'Brier score'],
  ['calibrationError', 'calibration error'],
];

/**
 * All scores of models side by side, one score a row, with 95 % intervals: Wilson's for the accuracy, of the bootstrap for the
 * others, none for the calibration error (see `scoreIntervals`, also for the options). A score that has no value is blank.
 *
 * @throws RangeError where the models were not asked about the same images, and as `scoreIntervals`.
 */
export function scores(models: readonly EvaluatedModel[], options: BootstrapOptions & { k?: number } = {}): DataFrame {
  checkSameImages(models);
  const columns = models.map(({ name, predictions }) => {
    const intervals: Partial<ReturnType<typeof scoreIntervals> & { calibrationError: undefined }> = scoreIntervals(
      predictions,
      options,
    );
    const values = scorePredictions(predictions, options);
    return { name: distinctColumnName(name, 'model', ['score']), values, intervals };
  });
  const k = options.k ?? Math.min(3, models[0]?.predictions.classNames.length ?? 3);
  return frame(
    SCORE_NAMES.map(([score, title]) => ({
      score: title.replace('top-k', `top-${k}`),
      ...Object.fromEntries(
        columns.flatMap(({ name, values, intervals }) => {
          const interval = intervals[score];
          const text = interval && `${interval.low.toFixed(4)} to ${interval.high.toFixed(4)}`;
          return [
            [name, roundOrNull(values[score])],
            [`${name}, 95 %`, interval && Number.isFinite(interval.low) ? text : null],
          ];
        }),
      ),
    })),
  );
}

/**
 * How far the models' probabilities can be believed, one model a row: log loss, Brier score and expected calibration error,
 * lower being better. Made for models before and after `scaleTemperature`.
 */
export function calibration(models: readonly EvaluatedModel[]): DataFrame {
  return frame(
    models.map(({ name, predictions }) => {
      const { logLoss, brierScore, calibrationError } = scorePredictions(predictions);
      return {
        model: name,
        'log loss': round(logLoss),
        'Brier score': round(brierScore),
        'calibration error': round(calibrationError),
      };
    }),
  );
}

/**
 * The first model less the second in accuracy, macro F1 and log loss, with the 95 % interval of the difference (paired
 * bootstrap), and for the accuracy the p value of McNemar's exact test. See `pairedBootstrap` for the options.
 *
 * @throws RangeError where the models were not asked about the same images, and as `pairedBootstrap`.
 */
export function pairedComparison(
  [first, second]: readonly [EvaluatedModel, EvaluatedModel],
  options: BootstrapOptions = {},
): DataFrame {
  const names = ['score', 'difference', 'from (95 %)', 'to (95 %)', 'p (McNemar)'];
  const metrics: [string, Metric][] = [
    ['accuracy', (predictions) => predictions.accuracy],
    ['macro F1', (predictions) => classificationReport(predictions).macro.f1],
    ['log loss', (predictions) => predictions.loss],
  ];
  const { pValue } = mcnemarTest(first.predictions, second.predictions);
  return frame(
    metrics.map(([score, metric]) => {
      const { difference, low, high } = pairedBootstrap(first.predictions, second.predictions, metric, options);
      return {
        score,
        [distinctColumnName(first.name, 'model', names)]: round(metric(first.predictions)),
        [distinctColumnName(second.name, 'model', names)]: round(metric(second.predictions)),
        difference: round(difference),
        'from (95 %)': round(low),
        'to (95 %)': round(high),
        'p (McNemar)': score === 'accuracy' ? formatProbability(pValue) : null,
      };
    }),
  );
}

/**
 * A score of the same recipe under several seeds, one recipe a row: mean, sample standard deviation and the 95 % interval of
 * the mean (Student's t, with the degrees of freedom). With one seed only the mean is known.
 *
 * @throws RangeError for a recipe without scores.
 */
export function spreadOverSeeds(runs: Readonly<Record<string, readonly number[]>>): DataFrame {
  return frame(
    Object.entries(runs).map(([name, values]) => {
      const { mean, deviation, interval } = meanInterval(values);
      return {
        model: name,
        seeds: values.length,
        mean: round(mean),
        std: roundOrNull(deviation),
        'from (95 %)': roundOrNull(interval.low),
        'to (95 %)': roundOrNull(interval.high),
        'degrees of freedom': values.length - 1,
      };
    }),
  );
}

function roundOrNull(value: number): number | null {
  return Number.isFinite(value) ? round(value) : null;
}
