/** All that an optimizer remembers of the steps it took, outside TensorFlow. */
export interface OptimizerState {
  /** TensorFlow.js' name of the optimizer's class, for instance `Adam`. */
  readonly optimizer: string;
  /** Steps taken. */
  readonly step: number;
  /** State tensors, for each weight in order; Adam has two for each, of the weight's size. */
  readonly slots: readonly Float32Array[];
  /** The weights themselves, in the order of `model.weights`, where the model has their moving averages instead. */
  readonly averaged?: readonly Float32Array[];
}

/**
 * @param sizes Numbers in each weight.
 * @param slotsEach State tensors of each weight.
 * @throws Error where the state is one of another optimizer or of other weights.
 */
export function checkOptimizerState(state: OptimizerState, optimizer: string, sizes: readonly number[], slotsEach: number): void {
  if (state.optimizer !== optimizer) {
    throw new Error(
      `The optimizer must be ${state.optimizer}, as in the training to go on with, but is ${optimizer}; ` +
        `compile the model as it was compiled then.`,
    );
  }
  const expected = sizes.flatMap((size) => Array<number>(slotsEach).fill(size)).join();
  const found = state.slots.map(({ length }) => length).join();
  if (expected !== found) {
    throw new Error(
      `The optimizer's state must fit the model's weights, with slots of sizes ${expected}, but has ${found}; ` +
        `build the model from the hyperparameters it had then.`,
    );
  }
}
