import type { Dataset } from '../data/dataset';
import { splitDataset } from '../data/split';
import { batchSizeOf } from '../recipe/compile';
import type * as tf from '../tensorflow';
import { describeTraining, TrainingBackup } from './backup';
import type { Callback } from './callbacks';
import type { EpochRecord, History } from './history';
import { InterruptedError, leaveSynchronousPart } from './interrupt';
import { type TaskOutcome, trainingProgress } from './progress';
import { type StepProgress, trainEpochs } from './train-epochs';

export interface FitOptions {
  /** Passes over the training images, from 1. */
  readonly epochs: number;
  /** Images a step, from 1; default what the model was compiled with, else 128. The last batch of an epoch has what remains. */
  readonly batchSize?: number;
  /** Share of the images held out for validation, stratified, drawn from `seed`: 0 (default) to below 1. */
  readonly validationSplit?: number;
  /** Images to validate on, instead of `validationSplit`. */
  readonly validation?: Dataset;
  /** Drives the split, the order of the images and dropout; default 0. The initial weights are the builder's. */
  readonly seed?: number;
  /** Called in this order, for instance `[new EarlyStopping({ patience: 3 })]`. */
  readonly callbacks?: readonly Callback[];
  /**
   * A folder that holds the training as it was after its last finished epoch: after a kill or an interrupt the same call goes
   * on from there, and comes to the same weights (as Keras' BackupAndRestore). A training that has ended is not trained again.
   * The same call has the same images, model, initial weights, options and kinds of callbacks; what callbacks were made with
   * is not compared. Of any other call the training begins anew, says so, and moves the former to `<backup>.1`, `.2` and so on
   * when its first epoch is finished. Default: none.
   */
  readonly backup?: string;
  /** Heading of the progress display, default `Training`; null shows none. */
  readonly title?: string | null;
  /** Whether the curves of the progress display stay as a figure when the training has ended; default true. */
  readonly curves?: boolean;
}

/**
 * The model that was given, trained in place, and the history of the run.
 *
 * Trains with cross-entropy on `[b, 784]` or `[b, 28, 28, 1]` float32 in [0, 1], as the model's input asks. The optimizer
 * starts afresh: momenta of an earlier `fit` are not kept. The learning rate follows the schedule that the model was compiled
 * with. One seed and one model give bit-identical weights on one machine.
 *
 * @throws RangeError for options out of range; Error where model and data do not fit; DivergedError when the loss
 *   becomes NaN or infinite; FolderInUseError while another training has the `backup`; InterruptedError after the kernel's
 *   stop button. The model then keeps the weights it had reached.
 */
export async function fit<Model extends tf.LayersModel>(
  model: Model,
  train: Dataset,
  options: FitOptions,
): Promise<{ model: Model; history: History }> {
  const { epochs, validationSplit = 0, seed = 0, title = 'Training', curves = true, callbacks = [] } = options;
  const { batchSize = batchSizeOf(model) } = options;
  checkValidation(options);
  const started = performance.now();
  const parts = validationSplit > 0 ? splitDataset(train, validationSplit, seed) : undefined;
  const images = parts?.train ?? train;
  const validation = parts?.validation ?? options.validation;

  await leaveSynchronousPart();
  const settings = { epochs, batchSize, seed };
  const backup =
    options.backup === undefined
      ? undefined
      : await TrainingBackup.open(options.backup, describeTraining(model, images, validation, callbacks, settings));
  const earlier = backup?.resume?.records ?? [];
  const records: EpochRecord[] = [...earlier];
  const earlierSeconds = earlier.reduce((sum, { seconds }) => sum + seconds, 0);
  const describeHistory = (): History => ({
    epochs: [...records],
    seconds: earlierSeconds + (performance.now() - started) / 1000,
    trainSize: images.size,
    validationSize: validation?.size ?? 0,
    batchSize,
    seed,
  });
  let step: StepProgress | undefined;
  let history: History | undefined;
  let progress: ReturnType<typeof trainingProgress.start> | undefined;
  let outcome: TaskOutcome = 'failed';
  let run: ReturnType<typeof trainEpochs> | undefined;
  try {
    run = trainEpochs(model, images, {
      epochs,
      batchSize,
      validation,
      seed,
      callbacks,
      resume: backup?.resume,
      onStep(taken) {
        step = taken;
        progress?.update();
      },
    });
    if (title !== null) {
      progress = trainingProgress.start(() => ({ title, epochs, step, history: history ?? describeHistory(), curves }));
    }
    let next = await run.next();
    while (!next.done) {
      records.push(next.value.record);
      await backup?.save(records, next.value.snapshot());
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
    // It is left in the middle where the backup cannot be written.
    await run?.return({ records });
    await progress?.end(outcome);
    backup?.close(model);
  }
}

function checkValidation({ validationSplit = 0, validation }: FitOptions): void {
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw new RangeError(`validationSplit must be at least 0 and below 1, but got ${validationSplit}; 0.1 holds out a tenth.`);
  }
  if (validationSplit > 0 && validation) {
    throw new Error(
      `validation and validationSplit exclude each other, but got both (${validation.name} and ${validationSplit}); leave ` +
        'one out.',
    );
  }
}
