import type * as tf from '../tensorflow';
import type { EpochRecord } from './history';

/** A running training, as its callbacks see it. */
export interface Training {
  readonly model: tf.LayersModel;
  /** Epochs of the whole training. */
  readonly epochs: number;
  readonly seed: number;
  /** The epochs finished so far, in order; while callbacks are called after an epoch, without that one. */
  readonly records: readonly EpochRecord[];
  /** Ends the training after this epoch, or the next one if called between epochs. The first reason given is kept. */
  stop(reason: string): void;
  /** A copy of the model's weights, moving averages included, in the order of `model.weights`. */
  weights(): readonly Float32Array[];
}

/** A training after its last epoch. */
export interface EndedTraining extends Training {
  /** Sets the model's weights to those that `weights` gave after `epoch`; the history then has it as `bestEpoch`. */
  restore(epoch: number, weights: readonly Float32Array[]): void;
}

/** What a callback remembers. It is kept with the training's checkpoint. */
export interface CallbackState {
  /** Plain data: survives JSON, which has no NaN and no Infinity. */
  readonly values: unknown;
  readonly arrays?: readonly Float32Array[];
}

/**
 * What is called at certain moments of a training. Each is awaited, and an error in one ends the training.
 *
 * A search may leave a training after any epoch and go on with it later, in another process. A callback that remembers
 * something from epoch to epoch gives it out in `state`; and it keeps nothing open between two calls, since nobody tells
 * it that the training was left. One callback belongs to one training.
 *
 *     const logger: Callback = { onEpochEnd: ({ epoch, valLoss }) => console.log(epoch, valLoss) };
 */
export interface Callback {
  /**
   * Before the first epoch, and again when a training is taken up after an epoch that was not its last; `state` is then
   * what `state()` gave after that epoch.
   */
  onTrainBegin?(training: Training, state?: CallbackState): void | Promise<void>;
  /**
   * After each epoch and its validation. Numbers that it returns become `metrics` of the record, under names that it
   * does not have yet; callbacks further on see them, and a search can optimize them.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a callback that measures nothing has no return statement.
  onEpochEnd?(record: EpochRecord, training: Training): Metrics | void | Promise<Metrics | void>;
  /** After the last epoch, or the one after which a callback stopped the training; not after an error or an interrupt. */
  onTrainEnd?(training: EndedTraining): void | Promise<void>;
  /** What the rest of the training depends on, asked for after an epoch. */
  state?(): CallbackState;
  /**
   * What a class of an imported file was made with, plain data: a search with workers makes the same there, `new Class(options)`.
   * Others work with workers where the function that makes them is exported by a file.
   */
  readonly options?: object;
}

/** Numbers by name. */
export type Metrics = Readonly<Record<string, number>>;
