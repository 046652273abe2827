import { compileModel } from '../../../../lib/recipe/compile';
import type { ModelBuilder } from '../../../../lib/search/model-builder';
import { EarlyStopping } from '../../../../lib/training/early-stopping';
import { Stack } from '../../../../src/models/stack';

/** A dense network small enough to train in milliseconds, with every kind of state: optimizer, normalization, dropout. */
export const buildSmall: ModelBuilder = (hp, { classNames, seed }) => {
  const stack = new Stack(seed).input([784]);
  stack.dense(hp.int('units', { min: 4, max: 16 }), 'relu', hp.boolean('batchNormalization'));
  stack.dropout(hp.float('dropout', { min: 0, max: 0.5, step: 0.25 }));
  const kind = hp.choice('optimizer', ['adam', 'rmsprop', 'sgd']);
  const learningRate = hp.float('learningRate', { min: 1e-4, max: 1e-2, sampling: 'log' });
  return compileModel(stack.output(classNames.length), {
    optimizer: kind === 'sgd' ? { kind, learningRate, momentum: 0.9 } : { kind, learningRate },
    schedule: { kind: 'cosineAnnealing' },
  });
};

export const callbacks = () => [new EarlyStopping({ monitor: 'valLoss', patience: 1 })];
