import { deriveSeed } from '../base/random';
import { cutBatches, shuffledIndices } from '../data/batches';
import { checkDataset } from '../data/check-dataset';
import type { Dataset } from '../data/dataset';
import { batchSizeOf, learningRateOf } from '../recipe/compile';
import { trainableOf, weightsOf } from '../recipe/trainable';
import type * as tf from '../tensorflow';
import type { Callback, Metrics, Training } from './callbacks';
import { readWeights, restoreWeights, type TrainingSnapshot } from './checkpoint';
import { createTrainer } from './create-trainer';
import { evaluateWith } from './evaluate';
import type { EpochRecord } from './history';
import { watchInterrupts } from './interrupt';
import { validationLoss } from './loss';
import { checkModelShape } from './model-shape';

export interface TrainEpochsOptions {
  /** Epochs of the whole training, from 1: the learning rate's schedule spans them. */
  readonly epochs: number;
  /** The epoch to leave the training after, at most `epochs`, the default. */
  readonly until?: number;
  /** Images a step, from 1; default what the model was compiled with, else 128. The last batch of an epoch has what remains. */
  readonly batchSize?: number;
  /** Images to validate on after each epoch. */
  readonly validation?: Dataset;
  /** Drives the order of the images and dropout; default 0. */
  readonly seed?: number;
  readonly callbacks?: readonly Callback[];
  /** Goes on after the epoch of the snapshot; `records` are those of the epochs until then. */
  readonly resume?: { readonly records: readonly EpochRecord[]; readonly snapshot: TrainingSnapshot };
  /** Called after each step. */
  readonly onStep?: (progress: StepProgress) => void;
}

/** How far an epoch has come. */
export interface StepProgress {
  /** From 1, like `step`. */
  readonly epoch: number;
  readonly step: number;
  /** Steps of an epoch. */
  readonly steps: number;
  /** Means over the epoch so far. */
  readonly loss: number;
  readonly accuracy: number;
  readonly imagesPerSecond: number;
}

/** A finished epoch. */
export interface EpochEnd {
  readonly record: EpochRecord;
  /**
   * Host copies of all that the rest of the training depends on. To be called before the next epoch is asked for; after
   * the last epoch it holds the weights that callbacks restored.
   */
  snapshot(): TrainingSnapshot;
}

/** How a training came to its end, or to `until`. */
export interface TrainingEnd {
  /** All epochs, those before a resume included. */
  readonly records: readonly EpochRecord[];
  /** Why a callback ended it before its last epoch. */
  readonly stopped?: string;
  /** The epoch whose weights the model has, where a callback restored them. */
  readonly bestEpoch?: number;
}

/** Thrown when the loss is no longer a finite number. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
}

/**
 * Trains `model` in place, epoch by epoch, with the optimizer, schedule and loss it was compiled with; returns how it ended.
 *
 * A training that was left after an epoch can be resumed from that epoch's snapshot, in another process too, with a model built
 * alike, the same data and the same options: it then takes the weights and records (but for `seconds`) that it would have taken,
 * bit for bit, on the same machine with as many threads. One that has ended stays ended: resumed, it only gets its weights.
 *
 * A consumer may leave by `break` or `return()`; the model then stays as the last finished epoch left it. Callbacks are told
 * of the training's end, not of its being left. No tensor stays behind in any case.
 *
 * @throws RangeError for options out of range; Error where model, data and snapshot do not fit each other; DivergedError
 *   when the loss becomes NaN or infinite; InterruptedError after the kernel's stop button.
 */
export function trainEpochs(
  model: tf.LayersModel,
  train: Dataset,
  options: TrainEpochsOptions,
): AsyncGenerator<EpochEnd, TrainingEnd, undefined> {
  // Here and not in the generator, so that a wrong call fails where it is made.
  checkOptions(model, train, options);
  return run(model, train, options);
}

async function* run(
  model: tf.LayersModel,
  train: Dataset,
  options: TrainEpochsOptions,
): AsyncGenerator<EpochEnd, TrainingEnd, undefined> {
  const { epochs, until = epochs, validation, seed = 0, callbacks = [], resume } = options;
  const { batchSize = batchSizeOf(model) } = options;
  const inputShape = checkModelShape(model, train.classNames.length);
  const shapes = weightsOf(model).map(({ shape }) => shape as number[]);
  const records = [...(resume?.records ?? [])];
  if (resume) restoreWeights(model, resume.snapshot);
  if (resume?.snapshot.end) return { records, ...resume.snapshot.end };

  const end: { stopped?: string; bestEpoch?: number } = {};
  const training: Training = {
    model,
    epochs,
    seed,
    records,
    stop(reason) {
      if (records.length + 1 < epochs) end.stopped ??= reason;
    },
    weights: () => readWeights(model),
  };
  const trainer = createTrainer(model, train, inputShape, resume?.snapshot.optimizer);
  const interrupts = watchInterrupts();
  try {
    for (const [i, callback] of callbacks.entries()) {
      await callback.onTrainBegin?.(training, resume?.snapshot.callbacks[i] ?? undefined);
    }
    for (let epoch = records.length + 1; epoch <= until; epoch++) {
      const started = performance.now();
      // A callback may have set the model's weights.
      trainer.load();
      let trained: Awaited<ReturnType<typeof trainEpoch>>;
      try {
        trained = await trainEpoch(trainer, model, train, { epoch, epochs, batchSize, seed, interrupts, onStep: options.onStep });
      } finally {
        trainer.store();
      }
      const { loss, accuracy, learningRate } = trained;
      const judged = validation && (await evaluateWith(trainer, validation));
      const valLoss = judged && validationLoss(model, judged);
      checkFinite(valLoss ?? 0, `on the validation images after epoch ${epoch}`, learningRate);
      const record = await tellEpochEnd(callbacks, training, {
        epoch,
        loss,
        accuracy,
        ...(judged && { valLoss, valAccuracy: judged.accuracy }),
        learningRate,
        seconds: (performance.now() - started) / 1000,
      });
      records.push(record);
      const ended = end.stopped !== undefined || epoch === epochs;
      if (ended) {
        const restore = (best: number, weights: readonly Float32Array[]) => {
          restoreWeights(model, { shapes, weights });
          end.bestEpoch = best;
        };
        for (const callback of callbacks) await callback.onTrainEnd?.({ ...training, restore });
      }
      let current = true;
      const snapshot = (): TrainingSnapshot => {
        const weights = { epoch, shapes, weights: readWeights(model) };
        if (ended) return { ...weights, end: { ...end }, callbacks: [] };
        if (!current) {
          throw new Error(`The snapshot of epoch ${epoch} must be taken before the next epoch is asked for.`);
        }
        const states = callbacks.map((callback) => callback.state?.() ?? null);
        return { ...weights, optimizer: trainer.state(), callbacks: states };
      };
      try {
        yield { record, snapshot };
      } finally {
        current = false;
      }
      interrupts.check();
      if (ended) break;
    }
  } finally {
    trainer.dispose();
    interrupts.stop();
  }
  // Says where a callback has frozen layers in vain.
  trainableOf(model);
  return { records, ...end };
}

/** Tells the callbacks of an epoch's end; the record with what they measured. */
async function tellEpochEnd(callbacks: readonly Callback[], training: Training, record: EpochRecord): Promise<EpochRecord> {
  let told = record;
  for (const callback of callbacks) {
    const metrics = await callback.onEpochEnd?.(told, training);
    if (metrics) told = { ...told, metrics: { ...told.metrics, ...checkMetrics(metrics, told) } };
  }
  return told;
}

/** One pass over the images, in an order that the seed and the epoch give; the means over it, and its last learning rate. */
async function trainEpoch(
  trainer: ReturnType<typeof createTrainer>,
  model: tf.LayersModel,
  train: Dataset,
  { epoch, epochs, batchSize, seed, interrupts, onStep }: EpochPlan,
): Promise<{ loss: number; accuracy: number; learningRate: number }> {
  const started = performance.now();
  const steps = Math.ceil(train.size / batchSize);
  let [seen, correct, lossSum, learningRate, step] = [0, 0, 0, 0, 0];
  for (const indices of cutBatches(shuffledIndices(train.size, seed, epoch), batchSize)) {
    learningRate = learningRateOf(model, epoch - 1 + step / steps, epochs);
    const result = trainer.step(indices, learningRate, deriveSeed(seed, 'step', epoch, step));
    step++;
    checkFinite(result.loss, `in epoch ${epoch}, step ${step} of ${steps},`, learningRate);
    seen += indices.length;
    correct += result.correct;
    lossSum += result.loss * indices.length;
    const imagesPerSecond = (1000 * seen) / (performance.now() - started);
    onStep?.({ epoch, step, steps, loss: lossSum / seen, accuracy: correct / seen, imagesPerSecond });
    // An interrupt is a signal: it arrives when the event loop has its turn.
    await new Promise(setImmediate);
    interrupts.check();
  }
  return { loss: lossSum / seen, accuracy: correct / seen, learningRate };
}

interface EpochPlan extends Pick<TrainEpochsOptions, 'epochs' | 'onStep'> {
  readonly epoch: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly interrupts: ReturnType<typeof watchInterrupts>;
}

function checkFinite(loss: number, where: string, learningRate: number): void {
  if (Number.isFinite(loss)) return;
  throw new DivergedError(
    `The loss became ${loss} ${where} at learning rate ${learningRate.toPrecision(3)}; use a smaller learning rate ` +
      `(try a tenth) or batch normalization.`,
  );
}

function checkMetrics(metrics: Metrics, record: EpochRecord): Metrics {
  for (const [name, value] of Object.entries(metrics)) {
    if (typeof value !== 'number') {
      throw new TypeError(`The metric "${name}" of a callback must be a number, but is ${JSON.stringify(value)}.`);
    }
    if (name in record || (record.metrics && name in record.metrics)) {
      throw new Error(`The metric "${name}" of a callback must have a new name, but the epoch has one of that name.`);
    }
  }
  return metrics;
}

function checkOptions(model: tf.LayersModel, train: Dataset, options: TrainEpochsOptions): void {
  const { epochs, until = epochs, batchSize = 1, validation, callbacks = [], resume } = options;
  for (const [name, value] of Object.entries({ epochs, until, batchSize })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`${name} must be a whole number, 1 or more, but got ${value}.`);
    }
  }
  const behind = resume?.records.length ?? 0;
  if (until > epochs || until < behind) {
    throw new RangeError(
      `until must be a whole number from ${behind} (the epochs that are done) to ${epochs} (epochs), but got ${until}.`,
    );
  }
  if (resume && resume.snapshot.epoch !== behind) {
    throw new Error(
      `resume must have a record of each epoch until its snapshot, taken after epoch ${resume.snapshot.epoch}, but has ` +
        `${behind} records.`,
    );
  }
  if (resume && !resume.snapshot.end && resume.snapshot.callbacks.length !== callbacks.length) {
    throw new Error(
      `callbacks must be those that the training began with (${resume.snapshot.callbacks.length} of them), but got ` +
        `${callbacks.length}; give the same, or train from the start.`,
    );
  }
  checkDataset(train);
  if (validation) checkDataset(validation);
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
      `model must be compiled, but has no optimizer; call compileModel(model, { optimizer: { kind: 'adam', learningRate: ` +
        '0.001 } }).',
    );
  }
  // Labels of a data set are class indices: both mean the same here.
  if (model.loss !== 'categoricalCrossentropy' && model.loss !== 'sparseCategoricalCrossentropy') {
    throw new Error(
      `model must be compiled with loss 'categoricalCrossentropy' or 'sparseCategoricalCrossentropy', but has ` +
        `${JSON.stringify(model.loss)}; compile it with one of these.`,
    );
  }
  checkModelShape(model, train.classNames.length);
}
