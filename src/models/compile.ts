import type * as tf from '../tensorflow';
import { createOptimizer, type OptimizerConfig } from './optimizers';
import { checkSchedule, learningRateAt, type ScheduleConfig } from './schedules';

/**
 * What a model is trained with. Plain data. `schedule` and `labelSmoothing` take effect in `fit`, not in TensorFlow.js' own
 * `model.fit`.
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
}

/**
 * Compiles a classifier with cross-entropy and accuracy, and returns it.
 *
 * The configuration is kept in the model's own metadata, so it is saved and loaded with the model.
 */
export function compileModel(model: tf.LayersModel, config: CompileConfig): tf.LayersModel {
  checkSchedule(config.schedule ?? { kind: 'constant' });
  const { labelSmoothing = 0 } = config;
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
    throw new RangeError(
      `labelSmoothing must be at least 0 and below 1, but got ${labelSmoothing}; try 0.1.`,
    );
  }
  model.compile({
    optimizer: createOptimizer(config.optimizer),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
  });
  // TensorFlow.js disposes an optimizer with its model only if it made the optimizer itself, and Adam holds two tensors.
  (model as unknown as { isOptimizerOwned: boolean }).isOptimizerOwned = true;
  model.setUserDefinedMetadata({ ...model.getUserDefinedMetadata(), compile: config });
  return model;
}

/** The configuration that `compileModel` gave the model; undefined for a model compiled in another way. */
export function compileConfigOf(model: tf.LayersModel): CompileConfig | undefined {
  return (model.getUserDefinedMetadata() as { compile?: CompileConfig } | undefined)?.compile;
}

/** The share of each label that training spreads over all classes, 0 without smoothing. */
export function labelSmoothingOf(model: tf.LayersModel): number {
  return compileConfigOf(model)?.labelSmoothing ?? 0;
}

/** The learning rate that `model` was compiled for, `t` epochs into a run of `epochs`. */
export function learningRateOf(model: tf.LayersModel, t: number, epochs: number): number {
  const config = compileConfigOf(model);
  if (config === undefined) return (model.optimizer.getConfig() as { learningRate: number }).learningRate;
  return learningRateAt(config.schedule ?? { kind: 'constant' }, config.optimizer.learningRate, t, epochs);
}
