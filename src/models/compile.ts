import type * as tf from '../tensorflow';
import { createOptimizer, type OptimizerConfig } from './optimizers';
import { checkSchedule, type ScheduleConfig } from './schedules';

/** What a model is trained with. Plain data. */
export interface CompileConfig {
  readonly optimizer: OptimizerConfig;
  /** Default constant. */
  readonly schedule?: ScheduleConfig;
}

/**
 * Compiles a classifier with cross-entropy and accuracy, and returns it.
 *
 * The configuration is kept in the model's own metadata, so it is saved and loaded with the model.
 */
export function compileModel(model: tf.LayersModel, config: CompileConfig): tf.LayersModel {
  checkSchedule(config.schedule ?? { kind: 'constant' });
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
