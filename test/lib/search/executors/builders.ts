// What the tests of trainers build; workers load it by its path.

import { compileModel } from '../../../../lib/recipe/compile';
import type { CallbackFactory } from '../../../../lib/search/executors/training-job';
import { FatalError } from '../../../../lib/search/fatal-error';
import type { ModelBuilder } from '../../../../lib/search/model-builder';
import { Stack } from '../../../../src/models/stack';

/** A perceptron with dropout. */
export const buildPerceptron: ModelBuilder = (hp, { classNames, seed }) => {
  const learningRate = hp.float('learningRate', { min: 1e-4, max: 1e30, sampling: 'log' });
  const stack = new Stack(seed).input([784]).dense(16, 'relu', true).dropout(0.2);
  return compileModel(stack.output(classNames.length), { optimizer: { kind: 'adam', learningRate } });
};

/** A convolution, whose last bits depend on the number of threads. */
export const buildConvolution: ModelBuilder = (_hp, { classNames, seed }) => {
  const stack = new Stack(seed).input([28, 28, 1]).convolution(16, 3, 'relu', true).maxPooling(2).flatten();
  return compileModel(stack.output(classNames.length), { optimizer: { kind: 'adam', learningRate: 0.01 } });
};

/** Fails as `trouble` says, else is the perceptron. */
export const buildTroubled: ModelBuilder = (hp, data) => {
  const model = buildPerceptron(hp, data);
  const trouble = hp.choice('trouble', ['none', 'throw', 'fatal', 'exit', 'kill', 'loop', 'allocate']);
  switch (trouble) {
    case 'throw':
      throw new TypeError('No such layer.');
    case 'fatal':
      throw new FatalError('The disk is gone.');
    case 'exit':
      console.error('Error: This builder has had enough.');
      process.exit(3);
      break;
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      break;
    case 'loop':
      for (;;);
    case 'allocate':
      for (const kept: unknown[] = []; ; ) kept.push(new Array(100_000).fill(kept.length));
  }
  return model;
};

/** Stops after epoch 2 and measures the epoch's square. */
export const stopAfterTwo: CallbackFactory = ({ trial, training }) => [
  {
    onEpochEnd({ epoch }, run) {
      if (epoch === 2) run.stop(`Trial ${trial}, training ${training} had enough.`);
      return { square: epoch ** 2 };
    },
  },
];
