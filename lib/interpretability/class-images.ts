import { random } from '../base/random';
import { IMAGE_SIZE, PIXELS } from '../data/dataset';
import * as tf from '../tensorflow';
import { watchInterrupts } from '../training/interrupt';
import { checkModelShape } from '../training/model-shape';
import { findHead, logitsOf, runModel } from './network';

/** For each class, an image that a model takes for it. Plain data. */
export interface ClassImages {
  /** `[classes, 28, 28]` float32 in [0, 1], row-major. */
  readonly images: Float32Array;
  /** The model's probability of each image's class, `[classes]`. */
  readonly probabilities: Float32Array;
}

const STEP = 0.1;
const DECAY = 0.02;
const JITTER = 2;
const BLUR_EVERY = 4;

/**
 * For each class, an image that `model` takes for it more than for any other, found by gradient ascent from noise: Simonyan et
 * al. 2014, "Deep Inside Convolutional Networks", section 2. Each step adds the gradient of the class's logarithmic probability
 * at the image moved at random by up to 2 pixels, scaled to a fixed length; ink fades (L2) and is blurred now and then (Yosinski
 * et al. 2015, section 3), and stays in [0, 1]. Such images show what the model rewards, which need not look like writing.
 *
 * @param options `steps`: default 120. `seed`: draws the noise and the moves, default 0.
 * @throws RangeError for steps below 1; Error unless the model ends with a dense layer and softmax; InterruptedError after the
 *   kernel's stop button.
 */
export async function classImages(model: tf.LayersModel, options: { steps?: number; seed?: number } = {}): Promise<ClassImages> {
  const { steps = 120, seed = 0 } = options;
  if (!(Number.isSafeInteger(steps) && steps >= 1)) {
    throw new RangeError(`steps must be a whole number of at least 1, but got ${steps}.`);
  }
  const classes = model.outputs[0].shape[1] as number;
  const shape = checkModelShape(model, classes);
  const head = findHead(model);
  const { next, integer } = random(seed, 'classImages');
  let images = tf.tensor4d(
    Float32Array.from({ length: classes * PIXELS }, () => 0.2 * next()),
    [classes, IMAGE_SIZE, IMAGE_SIZE, 1],
  );
  const scores = (x: tf.Tensor) => {
    const input = shape === 'flat' ? x.reshape([classes, PIXELS]) : x;
    return tf.logSoftmax(logitsOf(runModel(model, input, [head.input])[0], head));
  };
  const interrupts = watchInterrupts();
  try {
    for (let step = 1; step <= steps; step++) {
      const [down, right] = [integer(2 * JITTER + 1) - JITTER, integer(2 * JITTER + 1) - JITTER];
      const improved = tf.tidy(() => {
        const wanted = tf.oneHot(tf.range(0, classes, 1, 'int32'), classes, 1, 0, 'float32');
        const moved = moveImages(images, down, right);
        const gradient = tf.grad((x: tf.Tensor) => scores(x).mul(wanted).sum())(moved);
        const length = gradient.square().mean([1, 2, 3], true).sqrt().add(1e-8);
        const ascended = moved.add(gradient.div(length).mul(STEP)).mul(1 - DECAY);
        const calmed = step % BLUR_EVERY === 0 ? blurImages(ascended as tf.Tensor4D) : ascended;
        return moveImages(calmed.clipByValue(0, 1) as tf.Tensor4D, -down, -right);
      });
      images.dispose();
      images = improved;
      await new Promise(setImmediate);
      interrupts.check();
    }
    const probabilities = tf.tidy(() => scores(images).exp().dataSync<'float32'>());
    return {
      images: images.dataSync<'float32'>(),
      probabilities: Float32Array.from({ length: classes }, (_, c) => probabilities[c * (classes + 1)]),
    };
  } finally {
    images.dispose();
    interrupts.stop();
  }
}

/** `[b, h, w, 1]` moved down and right by whole pixels; what leaves on one side comes in on the other. */
function moveImages(images: tf.Tensor4D, down: number, right: number): tf.Tensor4D {
  const roll = (x: tf.Tensor4D, axis: 1 | 2, by: number): tf.Tensor4D => {
    if (by === 0) return x;
    const split = (IMAGE_SIZE - by) % IMAGE_SIZE;
    const [first, last] = tf.split(x, [split, IMAGE_SIZE - split], axis);
    return tf.concat([last as tf.Tensor4D, first as tf.Tensor4D], axis);
  };
  return roll(roll(images, 1, down), 2, right);
}

/** Each pixel the mean of its 3 x 3 neighbourhood, weighted 1 2 1 each way; around the image there is no ink. */
function blurImages(images: tf.Tensor4D): tf.Tensor4D {
  const kernel = tf.tensor4d(
    [1, 2, 1, 2, 4, 2, 1, 2, 1].map((weight) => weight / 16),
    [3, 3, 1, 1],
  );
  return tf.conv2d(images, kernel, 1, 'same');
}
