import type { Callback } from '../../../training/callbacks';
import { loadReference, type ModuleReference, moduleReference, notExported, refuseFormerExport } from './module-reference';

/** How another process makes a callback: `new Class(options)`. Plain data. */
export interface CallbackRecipe {
  readonly class: ModuleReference;
  readonly options: unknown;
}

/**
 * How workers make the callbacks that a function gave in this process: those of a class that a module exports and that keeps
 * its `options`, such as `EarlyStopping` and `TensorBoard`. So a cell may write `callbacks: () => [new EarlyStopping()]`, though
 * no worker has that function.
 *
 * @param factory the function.
 * @throws Error that says how to move the function into a module, where it makes others.
 */
export function describeCallbacks(callbacks: readonly Callback[], factory: unknown): CallbackRecipe[] {
  return callbacks.map((callback) => {
    const reference = callback.options && moduleReference(callback.constructor);
    if (reference === undefined) {
      const what = 'A function that makes callbacks of your own';
      refuseFormerExport(factory, what);
      throw notExported(factory, what);
    }
    return { class: reference, options: callback.options };
  });
}

/**
 * The callback of a recipe.
 *
 * @throws Error where its class is not there, and what its constructor throws.
 */
export function makeCallback({ class: reference, options }: CallbackRecipe): Callback {
  const Made = loadReference(reference) as new (options: unknown) => Callback;
  return new Made(options);
}
