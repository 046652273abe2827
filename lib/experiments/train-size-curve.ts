import { checksumOf } from '../base/checksum';
import { deriveSeed } from '../base/random';
import { checkWholeNumber } from '../base/whole-number';
import type { Dataset } from '../data/dataset';
import { splitDataset, takeSubset } from '../data/split';
import { meanInterval } from '../evaluation/mean-interval';
import type { Interval } from '../evaluation/model-comparison';
import type { ModelBuilder } from '../search/model-builder';
import { HyperParameters, type HyperParameterValues } from '../search/space/hyperparameters';
import { evaluate } from '../training/evaluate';
import { fit } from '../training/fit';
import { type Measurement, measureEach } from './measure-each';

export interface TrainSizeCurveOptions {
  /** The configuration to train, for instance a search's best. */
  readonly hyperparameters: HyperParameterValues;
  /** Numbers of training images, from 1 to those that are not held out. */
  readonly trainSizes: readonly number[];
  /** Passes over the images of the largest size, from 1; a smaller size makes more passes, so that all take as many steps. */
  readonly epochs: number;
  /** Trainings of each size, from 2, each with images, weights and order of its own; default 3. */
  readonly executions?: number;
  /** Images a step; default that of `fit`. */
  readonly batchSize?: number;
  /** Share of the images that all trainings are judged on and none is trained on, default 0.2. */
  readonly validationSplit?: number;
  /** Drives the images held out and drawn, the initial weights, dropout and order; default 0. */
  readonly seed?: number;
  /** Folder of the results: a call that finds some there measures only what is missing. Default: they go with the process. */
  readonly directory?: string;
  /** True: measures all anew and moves what `directory` held aside, as after a change inside the builder; default false. */
  readonly overwrite?: boolean;
  /** Heading of the progress display, default `Training sizes`; null shows none. */
  readonly title?: string | null;
}

/** The accuracy that so many training images lead to. Plain data. */
export interface TrainSizePoint {
  readonly trainSize: number;
  readonly epochs: number;
  /** Accuracy on the images held out, of each execution. */
  readonly accuracies: readonly number[];
  readonly mean: number;
  /** 95 % interval of the mean over executions (Student's t), as far as it lies from 0 to 1, where accuracies do. */
  readonly interval: Interval;
}

/**
 * The accuracy on images held out by the number of images trained on, in ascending order: a learning curve over the
 * training-set size, as of scikit-learn's `learning_curve`, each size trained several times.
 *
 * All sizes take about as many steps, so that what differs is the images and not the time to learn. The subsets of one
 * execution hold each other. The interval is that of the mean over executions, on these validation images; at the full
 * size executions differ in their weights and order alone.
 *
 *     const curve = await trainSizeCurve(buildMlp, train, {
 *       hyperparameters: search.best.hyperparameters, trainSizes: [1000, 3000, 9000], epochs: 4, directory: 'runs/mlp-sizes',
 *     });
 *     await show(figures.trainSizeCurve({ MLP: curve }));
 *
 * @throws RangeError for sizes or options out of range; FolderInUseError while another call works on the same folder;
 *   InterruptedError after the kernel's stop button. Called again, it goes on after the last training that ended.
 */
export async function trainSizeCurve(
  builder: ModelBuilder,
  train: Dataset,
  options: TrainSizeCurveOptions,
): Promise<TrainSizePoint[]> {
  const { hyperparameters, epochs, executions = 3, batchSize, validationSplit = 0.2, seed = 0 } = options;
  const { directory, overwrite, title = 'Training sizes' } = options;
  checkWholeNumber('epochs', epochs, 1);
  checkWholeNumber('executions', executions, 2);
  const { train: pool, validation } = splitDataset(train, validationSplit, seed);
  const trainSizes = [...new Set(options.trainSizes)].sort((a, b) => a - b);
  const largest = trainSizes[trainSizes.length - 1] ?? 0;
  for (const size of trainSizes) checkWholeNumber('trainSizes', size, 1);
  if (largest === 0 || largest > pool.size) {
    throw new RangeError(
      `trainSizes must hold numbers of images up to ${pool.size}, those of ${train.name} that are not held out, but got ` +
        `${JSON.stringify(options.trainSizes)}.`,
    );
  }
  const checksum = checksumOf(train.labels, train.images);
  const passes = (size: number) => Math.max(1, Math.round((epochs * largest) / size));
  const trainings = trainSizes.flatMap((trainSize) =>
    Array.from({ length: executions }, (_, execution): Measurement => {
      const settings = { trainSize, epochs: passes(trainSize), execution, seed };
      return {
        key: { ...settings, batchSize, validationSplit, builder: builder.name, hyperparameters, checksum },
        words: `${trainSize.toLocaleString('en-US')} images, training ${execution + 1} of ${executions}`,
        work: trainSize * passes(trainSize),
        async measure(onProgress) {
          const own = deriveSeed(seed, 'execution', execution);
          const model = builder(HyperParameters.from(hyperparameters), { classNames: train.classNames, seed: own });
          try {
            await fit(model, takeSubset(pool, trainSize, own), {
              epochs: settings.epochs,
              seed: own,
              title: null,
              ...(batchSize === undefined ? {} : { batchSize }),
              callbacks: [{ onEpochEnd: ({ epoch }) => onProgress(epoch / settings.epochs) }],
            });
            return (await evaluate(model, validation)).accuracy;
          } finally {
            model.dispose();
          }
        },
        describe: (accuracy) => `validation accuracy ${(100 * accuracy).toFixed(2)} %`,
      };
    }),
  );
  const results = await measureEach(trainings, { noun: 'training', title, directory, overwrite });
  return trainSizes.map((trainSize, i) => {
    const accuracies = results.slice(i * executions, (i + 1) * executions);
    const { mean, interval } = meanInterval(accuracies);
    const possible = { low: Math.max(interval.low, 0), high: Math.min(interval.high, 1) };
    return { trainSize, epochs: passes(trainSize), accuracies, mean, interval: possible };
  });
}
