import { type Dataset, PIXELS } from '../../src/data';
import type { Predictions } from '../../src/evaluation';
import type { HyperParameterValues, Trial } from '../../src/tuner';

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

export function makePredictions(
  labels: number[],
  predicted: number[],
  classNames = ['a', 'b', 'c'],
): Predictions {
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

/** A completed trial, or a failed one where `score` is NaN. */
export function makeTrial(id: number, score: number, hyperparameters: HyperParameterValues = {}): Trial {
  const failed = Number.isNaN(score);
  return {
    id,
    status: failed ? 'failed' : 'completed',
    hyperparameters,
    score,
    spread: 0,
    scores: failed ? [] : [score],
    histories: [],
    parameters: 100,
    seconds: 1.26,
    ...(failed ? { error: 'the loss is NaN' } : {}),
  };
}
