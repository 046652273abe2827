import { fasterConvolutionType } from '../compiler/convolution-type';
import { NativeTensor } from '../compiler/session';
import type { TrainingOptions } from '../compiler/training-graph';
import { tryCompile } from '../compiler/try-compile';
import { type Dataset, PIXELS } from '../data/dataset';
import { compileConfigOf } from '../recipe/compile';
import type * as tf from '../tensorflow';
import type { OptimizerState } from '../tensorflow/optimizer-state';
import { classWeightsFor } from './class-weights';
import type { InputShape } from './model-shape';
import { createPlainTrainer } from './plain-trainer';
import type { Trainer } from './trainer';

/**
 * Trains `model` on `train` with its own optimizer, from `state` or afresh: compiled where the compiler knows the model, else
 * op by op. The caller disposes the trainer, not the model, when done.
 *
 * @throws Error for an optimizer that cannot be used, or a state that does not fit.
 */
export function createTrainer(model: tf.LayersModel, train: Dataset, shape: InputShape, state?: OptimizerState): Trainer {
  return createCompiledTrainer(model, train, state) ?? createPlainTrainer(model, train, shape, state);
}

function createCompiledTrainer(model: tf.LayersModel, train: Dataset, state?: OptimizerState): Trainer | undefined {
  const compiled = tryCompile(model, { ...trainingOptionsFor(model, train), state });
  if (!compiled) return undefined;
  const data = {
    images: new NativeTensor(train.images, [train.size, PIXELS]),
    labels: new NativeTensor(train.labels, [train.size]),
  };
  return {
    step: (indices, learningRate, seed) => compiled.step(data, indices, learningRate, seed),
    predict: (images) => compiled.predict(images),
    load: () => compiled.load(),
    store: () => compiled.store(),
    state: () => compiled.state(),
    dispose() {
      compiled.dispose();
      data.images.dispose();
      data.labels.dispose();
    },
  };
}

/** How the compiled step trains `model` on `train`: what it was compiled with. */
export function trainingOptionsFor(model: tf.LayersModel, train: Dataset): TrainingOptions {
  const { labelSmoothing, augmentation, emaMomentum, precision } = compileConfigOf(model) ?? {};
  return {
    labelSmoothing,
    augmentation,
    emaMomentum,
    classWeights: classWeightsFor(model, train),
    convolutionType: precision === 'mixedBfloat16' ? fasterConvolutionType() : 'float32',
  };
}
