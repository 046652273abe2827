/** Thrown for a model with something that the compiler does not know. The model is not at fault: it runs op by op. */
export class NotCompilableError extends Error {
  override readonly name = 'NotCompilableError';

  /** @param reason What follows the layer's name, for instance `is a SeparableConv2D`. */
  constructor(
    layer: string,
    readonly reason: string,
  ) {
    super(
      `The layer ${layer} ${reason}, which cannot be compiled: this model trains and predicts op by op, ` +
        `several times slower.`,
    );
  }
}
