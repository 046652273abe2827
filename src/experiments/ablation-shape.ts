import { anyNumber, fields, listOf, text, whole } from '../storage/shape';
import { objectiveShape, trialShape, valueShape } from '../tuner/trial-shape';

/** What `AblationResults` must be to be believed. */
export const ablationShape = fields(
  {
    ...{ objective: objectiveShape, folds: whole(1), executionsPerTrial: whole(1) },
    effects: listOf(
      fields(
        {
          ...{ name: text, value: valueShape, trial: whole(1), score: anyNumber, difference: anyNumber },
          ...{ differences: listOf(anyNumber), interval: fields({ low: anyNumber, high: anyNumber }) },
        },
        { reason: text },
      ),
    ),
  },
  { base: trialShape },
);
