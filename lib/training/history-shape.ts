import { anyNumber, fields, finite, listOf, mapOf, text, whole } from '../storage/shape';

/** Validates an `EpochRecord` read from disk. Losses may be no numbers: that is what divergence looks like. */
export const epochRecordShape = fields(
  { epoch: whole(1), loss: anyNumber, accuracy: anyNumber, learningRate: anyNumber, seconds: finite(0) },
  { valLoss: anyNumber, valAccuracy: anyNumber, metrics: mapOf(anyNumber) },
);

/** Validates a `History` read from disk. */
export const historyShape = fields(
  {
    epochs: listOf(epochRecordShape),
    seconds: finite(0),
    trainSize: whole(0),
    validationSize: whole(0),
    batchSize: whole(0),
    seed: whole(0),
  },
  { stopped: text, bestEpoch: whole(1) },
);
