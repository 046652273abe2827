import type { Callback, CallbackState, EndedTraining, Training } from './callbacks';
import type { EpochRecord } from './history';

export interface EarlyStoppingOptions {
  /** What each epoch's record, or its metrics, must hold; default `valLoss`. */
  readonly monitor?: string;
  /** Epochs in a row without a better value after which training stops, default 0, which means the same as 1. */
  readonly patience?: number;
  /** A value is better only if it is so by more than this; from 0, default 0. */
  readonly minDelta?: number;
  /** Whether the model ends with the weights of its best epoch, stopped or not; default true. */
  readonly restoreBestWeights?: boolean;
  /** Default `min` for a name that ends in `loss`, `max` for one that ends in `accuracy`. */
  readonly mode?: 'min' | 'max';
}

/** What `state` keeps. */
interface Remembered {
  readonly wait: number;
  readonly best?: { readonly epoch: number; readonly value: number };
}

/**
 * Stops a training that no longer gets better, as Keras' callback of that name does.
 *
 * With patience 2 and `valLoss` 0.9, 0.5, 0.6, 0.5 it stops after epoch 4 and restores the weights of epoch 2. A value
 * that is not finite is never better.
 */
export class EarlyStopping implements Callback {
  readonly options: EarlyStoppingOptions;
  readonly #monitor: string;
  readonly #patience: number;
  readonly #minDelta: number;
  readonly #restore: boolean;
  readonly #direction: 'min' | 'max';
  #best: Remembered['best'];
  #bestWeights: readonly Float32Array[] = [];
  /** Epochs since the best one. */
  #wait = 0;

  /** @throws RangeError for options out of range, or a `monitor` of which `mode` does not follow. */
  constructor(options: EarlyStoppingOptions = {}) {
    const { monitor = 'valLoss', patience = 0, minDelta = 0, restoreBestWeights = true, mode } = options;
    if (!Number.isSafeInteger(patience) || patience < 0) {
      throw new RangeError(`patience must be a whole number of epochs from 0, but got ${patience}.`);
    }
    if (!(minDelta >= 0 && Number.isFinite(minDelta))) {
      throw new RangeError(`minDelta must be a number from 0, but got ${minDelta}; 0.001 asks for a little more.`);
    }
    const direction = mode ?? (/loss$/i.test(monitor) ? 'min' : /accuracy$/i.test(monitor) ? 'max' : undefined);
    if (direction !== 'min' && direction !== 'max') {
      throw new RangeError(
        `mode must be 'min' or 'max' where monitor ends neither in loss nor in accuracy, but got ${mode} for ` +
          `"${monitor}"; say whether small or large values are good.`,
      );
    }
    this.options = options;
    this.#monitor = monitor;
    this.#patience = patience;
    this.#minDelta = minDelta;
    this.#restore = restoreBestWeights;
    this.#direction = direction;
  }

  onTrainBegin(_training: Training, state?: CallbackState): void {
    const { wait = 0, best } = (state?.values ?? {}) as Partial<Remembered>;
    this.#wait = wait;
    this.#best = best;
    this.#bestWeights = state?.arrays ?? [];
  }

  onEpochEnd(record: EpochRecord, training: Training): void {
    const { epoch } = record;
    const value = this.#read(record);
    const best = this.#best?.value ?? Number.NaN;
    const gain = this.#direction === 'min' ? best - value : value - best;
    if (Number.isFinite(value) && (this.#best === undefined || gain > this.#minDelta)) {
      this.#best = { epoch, value };
      if (this.#restore) this.#bestWeights = training.weights();
      this.#wait = 0;
      return;
    }
    this.#wait++;
    if (this.#wait < this.#patience) return;
    const than = this.#best ? `better than ${best.toPrecision(4)} in epoch ${this.#best.epoch}` : 'finite number';
    training.stop(`${this.#monitor}: no ${than} for ${this.#wait} ${this.#wait === 1 ? 'epoch' : 'epochs'}`);
  }

  onTrainEnd(training: EndedTraining): void {
    if (this.#restore && this.#best) training.restore(this.#best.epoch, this.#bestWeights);
    this.#bestWeights = [];
  }

  state(): CallbackState {
    const values: Remembered = { wait: this.#wait, best: this.#best };
    return { values, arrays: this.#bestWeights };
  }

  #read(record: EpochRecord): number {
    const { metrics, ...own } = record;
    const numbers: Readonly<Record<string, number | undefined>> = { ...metrics, ...own };
    const value = numbers[this.#monitor];
    if (value !== undefined) return value;
    throw new Error(
      `monitor must be one of ${Object.keys(numbers).join(', ')}, but got "${this.#monitor}"` +
        `${this.#monitor.startsWith('val') ? '; give validation images, or monitor "loss"' : ''}.`,
    );
  }
}
