import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { predict, writeSubmission } from '../../../lib/tables/predict';
import * as tf from '../../../lib/tensorflow';
import { emptyFolder, makeImages } from '../data/samples';

/** Says class 2, then 0, ... by the bias alone. */
const model = tf.sequential({
  layers: [
    tf.layers.flatten({ inputShape: [28, 28, 1] }),
    tf.layers.dense({ units: 3, activation: 'softmax', kernelInitializer: 'zeros' }),
  ],
});
model.layers[1].setWeights([tf.zeros([784, 3]), tf.tensor1d([1, 0, 2])]);
const images = { name: 'x', images: makeImages(2), size: 2, classNames: ['a', 'b', 'c,d'] };

describe('predict and writeSubmission', () => {
  it('give class, probability and the most probable five, as Kaggle takes them', async () => {
    const frame = await predict(model, images);
    expect(frame.columns).toEqual(['image', 'class', 'probability', 'top 5']);
    expect(frame.values[1]).toEqual([2, 'c,d', 0.6652, 'c,d 0.665, a 0.245, b 0.090']);
    const file = join(emptyFolder(), 'submission.csv');
    await writeSubmission(file, frame);
    expect(readFileSync(file, 'utf8')).toBe('ImageId,Label\n1,"c,d"\n2,"c,d"\n');
  });

  it('say what is missing', async () => {
    await expect(predict(model, undefined)).rejects.toThrow(/images must be a data set or its `unlabelled` images/);
    await expect(predict(model, { ...images, size: 3 })).rejects.toThrow(/images of x must hold 3 x 784/);
    await expect(writeSubmission('x.csv', {} as never)).rejects.toThrow(/predictions must be what `predict` gave/);
  });
});
