import type { Dataset } from '../data/dataset';
import { splitDataset } from '../data/split';
import type * as tf from '../tensorflow';
import type { Callback } from './callbacks';
import type { EpochRecord, History } from './history';
import { InterruptedError, leaveSynchronousPart } from './interrupt';
import { type TaskOutcome, trainingProgress } from './progress';
import { type StepProgress, trainEpochs } from './train-epochs';

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
  /** Called in this order, for instance `[new EarlyStopping({ patience: 3 })]`. */
  readonly callbacks?: readonly Callback[];
  /** Heading of the progress display, default `Training`; null shows none. */
  readonly title?: string | null;
}

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
  const { epochs, batchSize = 128, validationSplit = 0, seed = 0, title = 'Training', callbacks } = options;
  checkValidation(options);
  const started = performance.now();
  const parts = validationSplit > 0 ? splitDataset(train, validationSplit, seed) : undefined;
  const images = parts?.train ?? train;
  const validation = parts?.validation ?? options.validation;

  await leaveSynchronousPart();
  const records: EpochRecord[] = [];
  const describeHistory = (): History => ({
    epochs: [...records],
    seconds: (performance.now() - started) / 1000,
    trainSize: images.size,
    validationSize: validation?.size ?? 0,
    batchSize,
    seed,
  });
  let step: StepProgress | undefined;
  const run = trainEpochs(model, images, {
    epochs,
    batchSize,
    validation,
    seed,
    callbacks,
    onStep(taken) {
      step = taken;
      progress?.update();
    },
  });
  let history: History | undefined;
  const progress =
    title === null
      ? undefined
      : trainingProgress.start(() => ({ title, epochs, step, history: history ?? describeHistory() }));
  let outcome: TaskOutcome = 'failed';
  try {
    let next = await run.next();
    while (!next.done) {
      records.push(next.value.record);
      progress?.update();
      next = await run.next();
    }
    const { records: all, ...end } = next.value;
    history = { ...describeHistory(), epochs: all, ...end };
    outcome = 'done';
    return { model, history };
  } catch (error) {
    if (error instanceof InterruptedError) outcome = 'interrupted';
    throw error;
  } finally {
    await progress?.end(outcome);
  }
}

function checkValidation({ validationSplit = 0, validation }: FitOptions): void {
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
}
