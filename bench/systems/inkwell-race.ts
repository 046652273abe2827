/** A round trains a preset with the next seed and evaluates it on the test images. */
import * as tf from '../../lib/tensorflow';
import { trainEpochs } from '../../lib/training/train-epochs';
import { evaluate, PRESETS, type Preset, takeSubset } from '../../src';
import type { RaceTask, Run } from '../race';
import { answerRounds, readImages, readTask, time } from './rounds';

const task = readTask<RaceTask>();
const WARM_UP_IMAGES = 5000;

async function main(): Promise<void> {
  const [train, test] = [readImages(task.train), readImages(task.test)];
  const { build } = PRESETS.find(({ name }) => name === task.preset) as Preset;
  const trainModel = async (images: typeof train, epochs: number, seed: number) => {
    const model = build({ classNames: train.classNames, seed });
    for await (const _ of trainEpochs(model, images, { epochs, seed }));
    return model;
  };
  const first = await trainModel(takeSubset(train, WARM_UP_IMAGES), 1, 0);
  const weights = first.trainableWeights.reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape as number[]), 0);
  first.dispose();
  const seeds = [...task.seeds];
  await answerRounds({ versions: 'Inkwell', weights }, async (): Promise<Run> => {
    const { seconds, value: model } = await time(() => trainModel(train, task.epochs, seeds.shift() ?? 0));
    const { accuracy } = await evaluate(model, test);
    model.dispose();
    return { seconds, accuracy };
  });
}

void main();
