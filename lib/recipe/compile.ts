import type * as tf from '../tensorflow';
import { type AugmentationConfig, checkAugmentation } from './augmentation';
import { createOptimizer, type OptimizerConfig } from './optimizers';
import { checkSchedule, learningRateAt, type ScheduleConfig } from './schedules';

/**
 * What a model is trained with. Plain data. All but the optimizer takes effect in `fit` and in searches, not in TensorFlow.js'
 * own `model.fit`.
 */
export interface CompileConfig {
  readonly optimizer: OptimizerConfig;
  /** Default constant. */
  readonly schedule?: ScheduleConfig;
  /**
   * Share of the label that is spread evenly over all classes, at least 0 and below 1; default 0 (Szegedy et al. 2016,
   * "Rethinking the Inception architecture", section 7). With 0.1 and 4 classes the right one is to get 0.925, each other
   * 0.025. As in Keras, both `loss` and `valLoss` of the training are taken with these labels.
   */
  readonly labelSmoothing?: number;
  /** How the training images are varied, anew in each epoch; default not at all. Never those of validation or test. */
  readonly augmentation?: AugmentationConfig;
  /**
   * Momentum of an exponential moving average of all weights, at least 0 and below 1; default 0: none (Polyak and Juditsky
   * 1992, "Acceleration of stochastic approximation by averaging"). The model then validates, and ends, with the averages. In
   * the first steps the momentum is smaller, `(1 + step) / (10 + step)`, so that the average forgets the initial weights.
   * 0.999 averages over about a thousand steps. Once it spans eight steps, it takes every fourth.
   */
  readonly emaMomentum?: number;
  /**
   * What an image of each class counts in the training's loss: a number above 0 for each class, or `balanced`, which lets each
   * class count alike, however many images it has (scikit-learn's `n / (classes * count)`). Default 1 for all. As in Keras,
   * `valLoss` is not weighted.
   */
  readonly classWeights?: 'balanced' | readonly number[];
  /** Images a step, from 1, where `fit` or a search's `run` is not told another number; default 128. */
  readonly batchSize?: number;
  /**
   * `mixedBfloat16` computes convolutions, with what lies between them, in bfloat16 while training; weights, their updates and
   * predictions stay float32 (Kalamkar et al. 2019, "A study of BFLOAT16 for deep learning training"). Keras' policy
   * `mixed_bfloat16` keeps the weights alone float32: dense layers and predictions are bfloat16 there. 1.1 to
   * 1.5 times as fast on processors with AVX-512 BF16, about twice with AMX; where a short measurement finds float32, the
   * default, as fast, it means float32 (`~/.cache/inkwell/convolutions-*.json` has what it found).
   */
  readonly precision?: 'float32' | 'mixedBfloat16';
}

/**
 * Compiles a classifier with cross-entropy and accuracy, and returns it.
 *
 * The configuration is kept in the model's own metadata, so it is saved and loaded with the model.
 */
export function compileModel(model: tf.LayersModel, config: CompileConfig): tf.LayersModel {
  checkSchedule(config.schedule ?? { kind: 'constant' });
  checkConfig(config);
  model.compile({ optimizer: createOptimizer(config.optimizer), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  // TensorFlow.js disposes an optimizer with its model only if it made the optimizer itself, and Adam holds two tensors.
  (model as unknown as { isOptimizerOwned: boolean }).isOptimizerOwned = true;
  // TensorFlow.js takes no undefined.
  const compile = JSON.parse(JSON.stringify(config)) as CompileConfig;
  model.setUserDefinedMetadata({ ...model.getUserDefinedMetadata(), compile });
  return model;
}

/**
 * Compiles a model that `compileModel` compiled once more, with `changes` in place of what it had, and returns it. Weights stay
 * as they are; the former optimizer is disposed.
 *
 * @throws Error for a model that was compiled in another way.
 */
export function recompileModel(model: tf.LayersModel, changes: Partial<CompileConfig>): tf.LayersModel {
  const config = compileConfigOf(model);
  if (config === undefined) {
    throw new Error(
      'model must be one that compileModel compiled, but it was compiled in another way; call compileModel(model, { ... }).',
    );
  }
  const { optimizer } = model;
  compileModel(model, { ...config, ...changes });
  // Not before: what is wrong with the changes leaves the model as it was.
  optimizer.dispose();
  return model;
}

/** The configuration that `compileModel` gave the model; undefined for a model compiled in another way. */
export function compileConfigOf(model: tf.LayersModel): CompileConfig | undefined {
  return (model.getUserDefinedMetadata() as { compile?: CompileConfig } | undefined)?.compile;
}

function checkConfig({
  labelSmoothing = 0,
  emaMomentum = 0,
  classWeights,
  batchSize = 1,
  augmentation,
  precision = 'float32',
}: CompileConfig): void {
  for (const [name, value, example] of [
    ['labelSmoothing', labelSmoothing, 0.1],
    ['emaMomentum', emaMomentum, 0.999],
  ] as const) {
    if (!(value >= 0 && value < 1)) {
      throw new RangeError(`${name} must be at least 0 and below 1, but got ${value}; try ${example}.`);
    }
  }
  if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`batchSize must be a whole number, 1 or more, but got ${batchSize}; try 128.`);
  }
  if (Array.isArray(classWeights) && !classWeights.every((weight) => weight > 0 && Number.isFinite(weight))) {
    throw new RangeError(`classWeights must be numbers above 0, but got ${classWeights.join(', ')}.`);
  }
  if (precision !== 'float32' && precision !== 'mixedBfloat16') {
    throw new RangeError(`precision must be 'float32' or 'mixedBfloat16', but got ${JSON.stringify(precision)}.`);
  }
  if (augmentation) checkAugmentation(augmentation);
}

/** The share of each label that training spreads over all classes, 0 without smoothing. */
export function labelSmoothingOf(model: tf.LayersModel): number {
  return compileConfigOf(model)?.labelSmoothing ?? 0;
}

/** Images a step that `model` was compiled for, 128 where nothing else was said. */
export function batchSizeOf(model: tf.LayersModel): number {
  return compileConfigOf(model)?.batchSize ?? 128;
}

/** The learning rate that `model` was compiled for, `t` epochs into a run of `epochs`. */
export function learningRateOf(model: tf.LayersModel, t: number, epochs: number): number {
  const config = compileConfigOf(model);
  if (config === undefined) return (model.optimizer.getConfig() as { learningRate: number }).learningRate;
  return learningRateAt(config.schedule ?? { kind: 'constant' }, config.optimizer.learningRate, t, epochs);
}
