import type * as tf from '../tensorflow';
import { CompiledModel, type CompiledTrainingOptions } from './compiled-model';
import { NotCompilableError } from './not-compilable-error';

const said = new Set<string>();

/**
 * The compiled model, or undefined where the compiler does not know all of it: that is said once, with the layer and the
 * reason. The caller disposes it.
 */
export function tryCompile(model: tf.LayersModel, training?: CompiledTrainingOptions): CompiledModel | undefined {
  try {
    return new CompiledModel(model, training);
  } catch (error) {
    if (!(error instanceof NotCompilableError)) throw error;
    // Layers of the same class in the next model have other names.
    if (!said.has(error.reason)) console.warn(error.message);
    said.add(error.reason);
    return undefined;
  }
}
