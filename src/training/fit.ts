import { cutBatches, gatherBatch, shuffledIndices } from '../data/batches';
import type { Dataset } from '../data/dataset';
import { splitDataset } from '../data/split';
import { deriveSeed } from '../random';
import * as tf from '../tensorflow';
import { evaluate } from './evaluate';
import type { EpochRecord, History } from './history';
import { InterruptedError, watchInterrupts } from './interrupt';
import { checkModelShape } from './model-shape';
import { startProgress } from './progress';
import { createTrainingStep, learningRateOf, regularizationOf } from './training-step';

export interface FitOptions {
  /** Passes over the training images, from 1. */
  readonly epochs: number;
  /** Images a step, from 1; default 128. The last batch of an epoch has what remains. */
  readonly batchSize?: number;
  /** Share of the images held out for validation, stratified, drawn from `seed`: 0 (default) to below 1. */
  readonly validationSplit?: number;
  /** Images to validate on, instead of `validationSplit`. */
  readonly validation?: Dataset;
  /** Drives the split, the order of the images and dropout; default 0. The initial weights are the builder's. */
  readonly seed?: number;
  /** Called after each epoch, awaited; for instance to show intermediate results. An error in it ends the training. */
  readonly onEpochEnd?: (record: EpochRecord, model: tf.LayersModel) => void | Promise<void>;
  /** Heading of the progress display, default `Training`; null shows none. */
  readonly title?: string | null;
}

/** Thrown when the loss is no longer a finite number. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
}

const PROGRESS_EVERY_MS = 100;

/**
 * The model that was given, trained in place, and the history of the run.
 *
 * Trains with cross-entropy on `[b, 784]` or `[b, 28, 28, 1]` float32 in [0, 1], as the model's input asks. The optimizer
 * starts afresh: momenta of an earlier `fit` are not kept. The learning rate follows the schedule that the model was compiled
 * with. One seed and one model give bit-identical weights on one machine.
 *
 * @throws RangeError for options out of range; Error where model and data do not fit; DivergedError when the loss
 *   becomes NaN or infinite; InterruptedError after the kernel's stop button. The model then keeps the weights it had reached.
 */
export async function fit<Model extends tf.LayersModel>(
  model: Model,
  train: Dataset,
  options: FitOptions,
): Promise<{ model: Model; history: History }> {
  const { epochs, batchSize = 128, validationSplit = 0, seed = 0, title = 'Training' } = options;
  checkOptions(model, train, options);
  const shape = checkModelShape(model, train.classNames.length);
  const started = performance.now();
  const parts = validationSplit > 0 ? splitDataset(train, validationSplit, seed) : undefined;
  const images = parts?.train ?? train;
  const validation = parts?.validation ?? options.validation;
  const stepsPerEpoch = Math.ceil(images.size / batchSize);

  const step = createTrainingStep(model);
  const records: EpochRecord[] = [];
  const interrupts = watchInterrupts();
  const progress = title === null ? undefined : startProgress(title);
  let outcome: 'done' | 'interrupted' | 'failed' = 'failed';
  let shownAt = Number.NEGATIVE_INFINITY;
  try {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const epochStarted = performance.now();
      let [seen, correct, lossSum, learningRate, stepOfEpoch] = [0, 0, 0, 0, 0];
      for (const indices of cutBatches(shuffledIndices(images.size, seed, epoch), batchSize)) {
        learningRate = learningRateOf(model, epoch - 1 + stepOfEpoch / stepsPerEpoch, epochs);
        const stepSeed = deriveSeed(seed, 'step', epoch, stepOfEpoch);
        const { loss, correct: right } = tf.tidy(() =>
          step.run(gatherBatch(images, indices, shape), learningRate, stepSeed),
        );
        stepOfEpoch++;
        checkFinite(loss, `in epoch ${epoch}, step ${stepOfEpoch} of ${stepsPerEpoch},`, learningRate);
        seen += indices.length;
        correct += right;
        lossSum += loss * indices.length;

        const now = performance.now();
        const done = (epoch - 1) * stepsPerEpoch + stepOfEpoch;
        const total = epochs * stepsPerEpoch;
        if (progress && (now - shownAt >= PROGRESS_EVERY_MS || done === total)) {
          shownAt = now;
          const details = [
            `epoch ${epoch} of ${epochs}`,
            `loss ${(lossSum / seen).toFixed(3)}`,
            `accuracy ${((100 * correct) / seen).toFixed(1)} %`,
            `${Math.round((1000 * seen) / (now - epochStarted))} images/s`,
          ];
          progress.update({ title: title as string, done, total, details });
        }
        // An interrupt is a signal: it arrives when the event loop has its turn.
        await new Promise(setImmediate);
        interrupts.check();
      }
      const judged = validation && (await evaluate(model, validation));
      const valLoss = judged && judged.loss + penalty(model);
      checkFinite(valLoss ?? 0, `on the validation images after epoch ${epoch}`, learningRate);
      const record: EpochRecord = {
        epoch,
        loss: lossSum / seen,
        accuracy: correct / seen,
        ...(judged && { valLoss, valAccuracy: judged.accuracy }),
        learningRate,
        seconds: (performance.now() - epochStarted) / 1000,
      };
      records.push(record);
      await options.onEpochEnd?.(record, model);
      interrupts.check();
    }
    outcome = 'done';
  } catch (error) {
    if (error instanceof InterruptedError) outcome = 'interrupted';
    throw error;
  } finally {
    step.dispose();
    interrupts.stop();
    progress?.end(outcome);
  }
  const history: History = {
    epochs: records,
    seconds: (performance.now() - started) / 1000,
    trainSize: images.size,
    validationSize: validation?.size ?? 0,
    batchSize,
    seed,
  };
  return { model, history };
}

function checkFinite(loss: number, where: string, learningRate: number): void {
  if (Number.isFinite(loss)) return;
  throw new DivergedError(
    `The loss became ${loss} ${where} at learning rate ${learningRate.toPrecision(3)}; use a smaller learning rate ` +
      `(try a tenth) or batch normalization.`,
  );
}

function penalty(model: tf.LayersModel): number {
  const sum = regularizationOf(model);
  const value = sum.dataSync()[0];
  sum.dispose();
  return value;
}

function checkOptions(model: tf.LayersModel, train: Dataset, options: FitOptions): void {
  const { epochs, batchSize = 128, validationSplit = 0, validation } = options;
  for (const [name, value] of Object.entries({ epochs, batchSize })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`${name} must be a whole number, 1 or more, but got ${value}.`);
    }
  }
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw new RangeError(
      `validationSplit must be at least 0 and below 1, but got ${validationSplit}; 0.1 holds out a tenth.`,
    );
  }
  if (validationSplit > 0 && validation) {
    throw new Error(
      `validation and validationSplit exclude each other, but got both (${validation.name} and ${validationSplit}); leave one out.`,
    );
  }
  for (const [name, dataset] of Object.entries({ train, validation })) {
    if (dataset?.size === 0) throw new RangeError(`${name} must have images, but ${dataset.name} has none.`);
  }
  if (validation && validation.classNames.length !== train.classNames.length) {
    throw new Error(
      `validation must have the classes of train, but has ${validation.classNames.length} instead of ` +
        `${train.classNames.length}; take both from one data set.`,
    );
  }
  if (!model.optimizer) {
    throw new Error(
      `model must be compiled, but has no optimizer; call compileModel(model, { optimizer: { kind: 'adam', learningRate: 0.001 } }).`,
    );
  }
  if (model.loss !== 'categoricalCrossentropy') {
    throw new Error(
      `model must be compiled with loss 'categoricalCrossentropy', but has ${JSON.stringify(model.loss)}; compile it with that one.`,
    );
  }
}
