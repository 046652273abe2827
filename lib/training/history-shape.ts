import { anyNumber, fields, finite, listOf, mapOf, text, whole } from '../storage/shape';

/** What an `EpochRecord` must be to be believed. Losses may be no numbers: that is what divergence looks like. */
export const epochRecordShape = fields(
  { epoch: whole(1), loss: anyNumber, accuracy: anyNumber, learningRate: anyNumber, seconds: finite(0) },
  { valLoss: anyNumber, valAccuracy: anyNumber, metrics: mapOf(anyNumber) },
);

/** What a `History` must be to be believed. */
export const historyShape = fields(
  {
    ...{
      epochs: listOf(epochRecordShape),
      seconds: finite(0),
      trainSize: whole(0),
      validationSize: whole(0),
    },
    ...{ batchSize: whole(0), seed: whole(0) },
  },
  { stopped: text, bestEpoch: whole(1) },
);
