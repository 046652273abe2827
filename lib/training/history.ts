import { anyNumber, fields, finite, listOf, mapOf, type Schema, text, whole } from '../storage/schema';

/** What one pass over the training images gave. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Mean over the epoch's batches, cross-entropy (of smoothed labels where the model was compiled so) plus regularization. */
  readonly loss: number;
  /** Share of training images classified rightly while training, 0 to 1. */
  readonly accuracy: number;
  /** On the validation images after the epoch, where there are any; the same loss. */
  readonly valLoss?: number;
  readonly valAccuracy?: number;
  /** Of the epoch's last step. */
  readonly learningRate: number;
  readonly seconds: number;
  /** What callbacks measured. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** Validates an `EpochRecord` read from disk. Losses may be no numbers: that is what divergence looks like. */
export const epochRecordSchema: Schema<EpochRecord> = fields(
  { epoch: whole(1), loss: anyNumber, accuracy: anyNumber, learningRate: anyNumber, seconds: finite(0) },
  { valLoss: anyNumber, valAccuracy: anyNumber, metrics: mapOf(anyNumber) },
);

/** A training run, epoch by epoch. Plain data. */
export interface History {
  readonly epochs: readonly EpochRecord[];
  /** Why a callback ended the run before its last epoch, where one did. */
  readonly stopped?: string;
  /** The epoch whose weights the model was given at the end, where a callback did that. */
  readonly bestEpoch?: number;
  /** Wall time of the whole run, with validation. */
  readonly seconds: number;
  readonly trainSize: number;
  /** 0 where nothing was held out. */
  readonly validationSize: number;
  readonly batchSize: number;
  readonly seed: number;
}

/** Validates a `History` read from disk. */
export const historySchema: Schema<History> = fields(
  {
    epochs: listOf(epochRecordSchema),
    seconds: finite(0),
    trainSize: whole(0),
    validationSize: whole(0),
    batchSize: whole(0),
    seed: whole(0),
  },
  { stopped: text, bestEpoch: whole(1) },
);
