/** What a model said about labelled images. Plain data: no TensorFlow needed to judge it. */
export interface Predictions {
  /** `[size, classes]` float32, row-major; each row sums to 1. */
  readonly probabilities: Float32Array;
  /** Most probable class of each image, `[size]`; the lower index wins a tie. */
  readonly predicted: Uint8Array;
  /** True class of each image, `[size]`. */
  readonly labels: Uint8Array;
  readonly classNames: readonly string[];
  readonly size: number;
  /** Share of right predictions, 0 to 1. */
  readonly accuracy: number;
  /** Mean cross-entropy in nats, without regularization. */
  readonly loss: number;
  readonly seconds: number;
}
