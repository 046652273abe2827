/** Thrown in a model builder or a callback, it ends the search at once; any other error costs one attempt of one trial. */
export class FatalError extends Error {
  override readonly name = 'FatalError';
}
