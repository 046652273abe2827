import { IMAGE_SIZE, PIXELS } from '../data/dataset';
import type * as tf from '../tensorflow';

/** How a model takes images: rows of 784 pixels or 28 x 28 images with one channel. */
export type InputShape = 'flat' | 'image';

/**
 * How `model` takes images.
 *
 * @throws Error unless the model has one input `[b, 784]` or `[b, 28, 28, 1]` and one output `[b, classes]`.
 */
export function checkModelShape(model: tf.LayersModel, classes: number): InputShape {
  const show = (shapes: { shape: (number | null)[] }[]) =>
    shapes.map(({ shape }) => `[${shape.map((side) => side ?? 'b').join(', ')}]`).join(' and ');
  const [input] = model.inputs;
  const [output] = model.outputs;
  if (model.outputs.length !== 1 || output.shape.length !== 2 || output.shape[1] !== classes) {
    throw new Error(
      `The model's output must be [b, ${classes}], a probability for each of the ${classes} classes of the data, ` +
        `but is ${show(model.outputs)}; end the model with a dense layer of ${classes} units and softmax.`,
    );
  }
  const sides = model.inputs.length === 1 ? input.shape.slice(1).join() : '';
  if (sides === `${PIXELS}`) return 'flat';
  if (sides === `${IMAGE_SIZE},${IMAGE_SIZE},1`) return 'image';
  throw new Error(
    `The model's input must be [b, ${PIXELS}] or [b, ${IMAGE_SIZE}, ${IMAGE_SIZE}, 1], but is ${show(model.inputs)}; ` +
      `give its first layer inputShape [${PIXELS}] or [${IMAGE_SIZE}, ${IMAGE_SIZE}, 1].`,
  );
}

/** Throws unless a row of the model's output sums to 1: a model without softmax trains to nothing. */
export function checkProbabilities(row: Float32Array): void {
  const sum = row.reduce((total, value) => total + value, 0);
  // Not a number is divergence, which training reports itself.
  if (Math.abs(sum - 1) > 1e-3) {
    throw new Error(
      `The model's output must be probabilities, each row summing to 1, but a row sums to ${sum}; ` +
        `give the last layer activation 'softmax'.`,
    );
  }
}
