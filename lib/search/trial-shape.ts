import { anyNumber, fields, finite, listOf, mapOf, oneOf, scalar, text, whole } from '../storage/shape';
import { historyShape } from '../training/history-shape';

/** What a `HyperParameterValue` must be to be believed. */
export const valueShape = scalar;
/** What `HyperParameterValues` must be to be believed. */
export const valuesShape = mapOf(valueShape);
/** What an `Objective` must be to be believed. */
export const objectiveShape = fields({ name: text, direction: oneOf('min', 'max') });
/** What a `Trial` must be to be believed. */
export const trialShape = fields(
  {
    ...{ id: whole(1), status: oneOf('running', 'paused', 'completed', 'pruned', 'failed') },
    ...{ hyperparameters: valuesShape, origin: oneOf('oracle', 'user', 'default'), epochs: whole(0) },
    ...{ score: anyNumber, spread: anyNumber, scores: listOf(anyNumber), histories: listOf(historyShape) },
    ...{ trainings: whole(0), parameters: whole(0), seconds: finite(0), seed: whole(0), attempts: whole(0) },
    versions: mapOf(text),
  },
  { reason: text },
);
