import { deriveSeed } from '../base/random';
import { cutBatches, shuffledIndices } from '../data/batches';
import { checkDataset } from '../data/check-dataset';
import type { Dataset } from '../data/dataset';
import { batchSizeOf } from '../recipe/compile';
import { weightsOf } from '../recipe/trainable';
import type * as tf from '../tensorflow';
import { readWeights, restoreWeights } from './checkpoint';
import { createTrainer } from './create-trainer';
import { watchInterrupts } from './interrupt';
import { checkModelShape } from './model-shape';

export interface LearningRateRangeOptions {
  /** The learning rate of the first step, above 0; default 1e-5. */
  readonly from?: number;
  /** The learning rate of the last step, above `from`; default 1. */
  readonly to?: number;
  /** Steps, from 20; default 100. The rate is multiplied by the same factor from each to the next. */
  readonly steps?: number;
  /** Images a step, from 1; default the model's own batch size, else 128. */
  readonly batchSize?: number;
  /** Drives the order of the images, dropout and augmentation; default 0. */
  readonly seed?: number;
}

/** The training loss while the learning rate rose. Plain data. */
export interface LearningRateRange {
  /** The learning rate of each step taken. */
  readonly rates: readonly number[];
  /** The loss of each step's batch, in nats, before its weights were changed; the last one may not be finite. */
  readonly losses: readonly number[];
  /** The running mean of the losses: it lags about ten steps behind them. */
  readonly smoothed: readonly number[];
  /** The rate at which the loss fell fastest; undefined where it did not fall. */
  readonly suggestion?: number;
  /** Why it ended before its last step. */
  readonly stopped?: string;
}

/** What remains of a loss in the running mean from each step to the next. */
const MEMORY = 0.9;

/** The test ends once the running mean is so many times its lowest, as in fastai. */
const DIVERGENCE = 4;

/**
 * How the training loss of `model` depends on the learning rate: the rate rises at every step, from too small to do anything
 * until the loss explodes (the range test of Smith 2017, "Cyclical learning rates for training neural networks", section
 * 3.3, with a rate that rises exponentially as in fastai's `lr_find`). Takes seconds; the model keeps its weights.
 *
 *     const range = await learningRateRange(model, train);
 *     await show(figures.learningRateRange(range));
 *
 * It trains with the loss, optimizer and augmentation that the model was compiled with, but not its schedule. The running
 * mean is freed of its start at 0 (Kingma and Ba 2015, "Adam", section 3). The suggestion is where a straight line, fitted to
 * the losses of half a decade on both sides over the logarithm of the rate, falls steepest, among the rates below that of
 * the lowest running mean. It is a rate to begin a search at, for a constant schedule: noise moves it by a factor of 2 or
 * 3, and one-cycle bears more.
 *
 * @throws RangeError for options out of range; Error where model and data do not fit each other; InterruptedError after the
 *   kernel's stop button. The model keeps its weights then, too.
 */
export async function learningRateRange(
  model: tf.LayersModel,
  train: Dataset,
  options: LearningRateRangeOptions = {},
): Promise<LearningRateRange> {
  checkDataset(train);
  const { from = 1e-5, to = 1, steps = 100, seed = 0 } = options;
  const { batchSize = batchSizeOf(model) } = options;
  const shape = checkModelShape(model, train.classNames.length);
  checkOptions(model, train, { from, to, steps, batchSize });
  const shapes = weightsOf(model).map((weight) => weight.shape as number[]);
  const weights = readWeights(model);
  const trainer = createTrainer(model, train, shape);
  const interrupts = watchInterrupts();
  const rates: number[] = [];
  const losses: number[] = [];
  const smoothed: number[] = [];
  let stopped: string | undefined;
  try {
    let sum = 0;
    for (const indices of drawBatches(train.size, batchSize, seed)) {
      const step = rates.length;
      const rate = from * (to / from) ** (step / (steps - 1));
      const { loss } = trainer.step(indices, rate, deriveSeed(seed, 'step', 1, step));
      sum = MEMORY * sum + (1 - MEMORY) * loss;
      const mean = sum / (1 - MEMORY ** (step + 1));
      rates.push(rate);
      losses.push(loss);
      smoothed.push(mean);
      if (!Number.isFinite(loss)) stopped = `the loss became ${loss}`;
      else if (mean > DIVERGENCE * Math.min(...smoothed)) {
        stopped = `the smoothed loss rose above ${DIVERGENCE} times its lowest value`;
      }
      if (stopped !== undefined || rates.length === steps) break;
      // An interrupt is a signal: it arrives when the event loop has its turn.
      await new Promise(setImmediate);
      interrupts.check();
    }
  } finally {
    trainer.dispose();
    interrupts.stop();
    restoreWeights(model, { shapes, weights });
  }
  const halfDecade = Math.max(2, Math.round((steps - 1) / Math.log10(to / from) / 2));
  const suggestion = findSteepest({ rates, losses, smoothed }, halfDecade);
  return { rates, losses, smoothed, ...(suggestion !== undefined && { suggestion }), ...(stopped !== undefined && { stopped }) };
}

/** The batches of one epoch after the other, without end. */
function* drawBatches(size: number, batchSize: number, seed: number): Generator<Uint32Array, void, undefined> {
  for (let epoch = 1; ; epoch++) yield* cutBatches(shuffledIndices(size, seed, epoch), batchSize);
}

/**
 * The rate around which the loss falls fastest, where the straight line of least squares through the losses from `reach` steps
 * before to `reach` steps after it is steepest; undefined where none falls.
 */
export function findSteepest(
  { rates, losses, smoothed }: Pick<LearningRateRange, 'rates' | 'losses' | 'smoothed'>,
  reach: number,
): number | undefined {
  const lowest = smoothed.indexOf(Math.min(...smoothed.filter(Number.isFinite)));
  let [steepest, suggestion]: [number, number | undefined] = [0, undefined];
  for (let i = reach; i <= lowest && i + reach < losses.length; i++) {
    // The rates' logarithms are evenly spaced, so the slope is this sum but for a factor that is the same everywhere.
    let slope = 0;
    for (let k = -reach; k <= reach; k++) slope += k * losses[i + k];
    if (slope < steepest) [steepest, suggestion] = [slope, rates[i]];
  }
  return suggestion;
}

function checkOptions(
  model: tf.LayersModel,
  train: Dataset,
  { from, to, steps, batchSize }: Required<Omit<LearningRateRangeOptions, 'seed'>>,
): void {
  if (!(from > 0 && Number.isFinite(from))) {
    throw new RangeError(`from must be a learning rate above 0, but got ${from}; try 1e-5.`);
  }
  if (!(to > from && Number.isFinite(to))) {
    throw new RangeError(`to must be a learning rate above from, which is ${from}, but got ${to}; try 1.`);
  }
  for (const [name, value, least] of [
    ['steps', steps, 20],
    ['batchSize', batchSize, 1],
  ] as const) {
    if (!Number.isSafeInteger(value) || value < least) {
      throw new RangeError(`${name} must be a whole number, ${least} or more, but got ${value}.`);
    }
  }
  if (train.size === 0) throw new RangeError(`train must have images, but ${train.name} has none.`);
  if (!model.optimizer) {
    throw new Error(
      `model must be compiled, but has no optimizer; call compileModel(model, { optimizer: { kind: 'adam', learningRate: ` +
        '0.001 } }).',
    );
  }
}
