/**
 * How far training images are varied at most; each part default 0, none. Every image in every epoch gets a rotation, scale,
 * shift and shear of its own, drawn uniformly from minus to plus the number given, and a deformation of its own.
 */
export interface AugmentationConfig {
  /** Degrees, 0 to 180. */
  readonly rotation?: number;
  /** To each side, as a share of the image's side, 0 to 1; 0.1 is up to 2.8 pixels. */
  readonly shift?: number;
  /** Larger or smaller, as a share, at least 0 and below 1; 0.1 is from 0.9 to 1.1 times the size. */
  readonly scale?: number;
  /** How far the top moves against the middle, as a share of the height between them, 0 to 1: italics. */
  readonly shear?: number;
  /**
   * Elastic deformation: pixels, from 0, the standard deviation of the displacements of 4 x 4 points spread over the image, with
   * bicubic interpolation between them (Ronneberger et al. 2015, "U-Net", section 3.1, there on 3 x 3 points).
   */
  readonly elastic?: number;
}

/** Throws a RangeError unless `augmentation` keeps the ranges of `AugmentationConfig`. */
export function checkAugmentation(augmentation: AugmentationConfig): void {
  const limits: Required<AugmentationConfig> = { rotation: 180, shift: 1, scale: 1, shear: 1, elastic: 28 };
  for (const [name, value] of Object.entries(augmentation)) {
    const limit = limits[name as keyof AugmentationConfig];
    if (limit === undefined) {
      throw new RangeError(`augmentation must have ${Object.keys(limits).join(', ')} alone, but got ${name}.`);
    }
    if (!(value >= 0 && value <= limit) || (name === 'scale' && value === 1)) {
      const rule = name === 'scale' ? 'at least 0 and below 1' : `from 0 to ${limit}`;
      throw new RangeError(`${name} of the augmentation must be ${rule}, but got ${value}.`);
    }
  }
}
