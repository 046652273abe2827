/** A round is an epoch of Inkwell's training, as `fit` runs it. */
import * as tf from '../../lib/tensorflow';
import { trainEpochs } from '../../lib/training/train-epochs';
import { MODELS, type ModelName } from '../recipes';
import { answerRounds, type ImageFiles, readImages, readTask, time } from './rounds';

const task = readTask<{ files: ImageFiles; model: ModelName; batch: number; images: number }>();

async function main(): Promise<void> {
  const train = readImages(task.files, task.images);
  const model = MODELS[task.model](train);
  const epochs = trainEpochs(model, train, { epochs: Number.MAX_SAFE_INTEGER, batchSize: task.batch, onStep() {} });
  await epochs.next();
  const weights = model.trainableWeights.reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape as number[]), 0);
  await answerRounds({ versions: 'Inkwell', weights }, async () => {
    const { seconds, value } = await time(() => epochs.next());
    if (value.done) throw new Error('The training ended.');
    return { seconds, loss: value.value.record.loss };
  });
}

void main();
