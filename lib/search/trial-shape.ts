import { anyNumber, fields, finite, listOf, mapOf, oneOf, scalar, text, whole } from '../storage/shape';
import { historyShape } from '../training/history-shape';

/** Validates a `HyperParameterValue` read from disk. */
export const valueShape = scalar;
/** Validates `HyperParameterValues` read from disk. */
export const valuesShape = mapOf(valueShape);
/** Validates an `Objective` read from disk. */
export const objectiveShape = fields({ name: text, direction: oneOf('min', 'max') });
/** Validates a `Trial` read from disk. */
export const trialShape = fields(
  {
    id: whole(1),
    status: oneOf('running', 'paused', 'completed', 'pruned', 'failed'),
    hyperparameters: valuesShape,
    origin: oneOf('oracle', 'user', 'default'),
    epochs: whole(0),
    score: anyNumber,
    spread: anyNumber,
    scores: listOf(anyNumber),
    histories: listOf(historyShape),
    trainings: whole(0),
    parameters: whole(0),
    seconds: finite(0),
    seed: whole(0),
    attempts: whole(0),
    versions: mapOf(text),
  },
  { reason: text },
);
