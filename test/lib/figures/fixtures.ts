import { type Dataset, PIXELS } from '../../../lib/data/dataset';
import type { Predictions } from '../../../lib/evaluation/predictions';
import type { Objective } from '../../../lib/search/objective';
import type { HyperParameterValues } from '../../../lib/search/space/domain';
import type { Trial } from '../../../lib/search/trial';
import type { History } from '../../../lib/training/history';

/** Images whose pixels all have the grey level of their index: image 3 is 784 times 3. */
export function makeDataset(labels: number[], classNames = ['a', 'b', 'c']): Dataset {
  return {
    name: 'made',
    source: 'test',
    images: Uint8Array.from({ length: labels.length * PIXELS }, (_, i) => Math.floor(i / PIXELS)),
    labels: Uint8Array.from(labels),
    classNames,
    size: labels.length,
  };
}

export function makePredictions(labels: number[], predicted: number[], classNames = ['a', 'b', 'c']): Predictions {
  return {
    probabilities: new Float32Array(labels.length * classNames.length),
    predicted: Uint8Array.from(predicted),
    labels: Uint8Array.from(labels),
    classNames,
    size: labels.length,
    accuracy: 0,
    loss: 0.5,
    seconds: 1,
  };
}

/** The objective of most made-up searches. */
export const valAccuracy: Objective = { name: 'valAccuracy', direction: 'max' };

/** A completed trial of one training, or a failed one where `score` is NaN; `rest` takes the place of what it has. */
export function makeTrial(
  id: number,
  score: number,
  hyperparameters: HyperParameterValues = {},
  rest: Partial<Trial> = {},
): Trial {
  const failed = Number.isNaN(score);
  return {
    id,
    status: failed ? 'failed' : 'completed',
    hyperparameters,
    origin: 'oracle',
    epochs: 4,
    score,
    spread: 0,
    scores: failed ? [] : [score],
    histories: [],
    trainings: 1,
    parameters: 100,
    seconds: 1.26,
    seed: id,
    attempts: failed ? 2 : 0,
    ...(failed ? { reason: 'the shapes do not fit' } : {}),
    versions: {},
    ...rest,
  };
}

/** A pruned trial with a score: 1 of 3 trainings, each asked for 4 epochs, that one stopped after `epochs`. */
export function makePruned(id: number, score: number, hyperparameters: HyperParameterValues = {}, epochs = 2): Trial {
  return makeTrial(id, score, hyperparameters, {
    status: 'pruned',
    trainings: 3,
    histories: [makeHistory(epochs)],
    reason: 'cannot win any more',
  });
}

/** A run of so many epochs. */
export function makeHistory(epochs: number): History {
  return {
    epochs: Array.from({ length: epochs }, (_, i) => ({
      epoch: i + 1,
      loss: 1 / (i + 1),
      accuracy: 0.5,
      learningRate: 0.001,
      seconds: 1,
    })),
    seconds: epochs,
    trainSize: 9,
    validationSize: 0,
    batchSize: 3,
    seed: 0,
  };
}
