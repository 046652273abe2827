/** A round is an epoch of `model.fit` in TensorFlow.js as it comes, without any of Inkwell's changes to it. */
process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';

import * as tf from '@tensorflow/tfjs-node';
import type { Recipe } from '../recipes';
import { answerRounds, type ImageFiles, readImages, readTask, time } from './rounds';

const task = readTask<{ files: ImageFiles; recipe: Recipe; batch: number; images: number }>();

async function main(): Promise<void> {
  const { images, labels, classNames, size } = readImages(task.files, task.images);
  const model = await tf.models.modelFromJSON({ modelTopology: task.recipe.topology } as never);
  const { kind, learningRate } = task.recipe.compile.optimizer;
  const optimizer = kind === 'adam' ? tf.train.adam(learningRate) : tf.train.rmsprop(learningRate);
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const shape = model.inputs[0].shape.slice(1) as number[];
  const x = tf.tensor(
    Float32Array.from(images, (level) => level / 255),
    [size, ...shape],
  );
  const y = tf.oneHot(tf.tensor1d(labels, 'int32'), classNames.length).toFloat();
  const fit = () => model.fit(x, y, { epochs: 1, batchSize: task.batch, shuffle: true, verbose: 0 });
  await fit();
  const weights = model.trainableWeights.reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape as number[]), 0);
  const { binding } = tf.backend() as unknown as { binding: { TF_Version: string } };
  const versions = `tfjs-node ${tf.version['tfjs-node']}, TensorFlow ${binding.TF_Version}, Node ${process.versions.node}`;
  await answerRounds({ versions, weights }, async () => {
    const { seconds, value } = await time(fit);
    return { seconds, loss: value.history.loss[0] };
  });
}

void main();
