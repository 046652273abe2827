import { IMAGE_SIZE, PIXELS } from '../../lib/data/dataset';
import { type CompileConfig, compileModel } from '../../lib/recipe/compile';
import type { DataDescription } from '../../lib/search/model-builder';
import type * as tf from '../../lib/tensorflow';
import { Stack } from './stack';

/**
 * A model with the recipe it is trained with, all but the number of epochs in the model's own compile configuration:
 *
 *     const { model } = await fit(bestCnn.build(train), train, { epochs: bestCnn.epochs });
 */
export interface Preset {
  readonly name: string;
  /** Layers and recipe in a line. */
  readonly description: string;
  readonly epochs: number;
  /** A fresh, compiled model for data of these classes, its weights drawn from `seed`, default 0; the caller disposes it. */
  build(data: DataDescription): tf.LayersModel;
}

/** What the presets of our own have in common: AdamW under one cycle, smoothed labels, varied images, averaged weights. */
const RECIPE = {
  optimizer: { kind: 'adamw', learningRate: 0.003, weightDecay: 0.02 },
  schedule: { kind: 'oneCycle' },
  labelSmoothing: 0.1,
  augmentation: { rotation: 10, shift: 0.05, scale: 0.1, shear: 0.15, elastic: 0.6 },
  emaMomentum: 0.999,
  batchSize: 128,
  precision: 'mixedBfloat16',
} as const satisfies CompileConfig;

const input = ({ seed }: DataDescription) => new Stack(seed).input([IMAGE_SIZE, IMAGE_SIZE, 1]);

/**
 * An MLP that an earlier search with KerasTuner found on EMNIST Balanced: dense 512 tanh, dropout 0.1, batch normalization,
 * dense 256 leaky relu; RMSprop, batches of 32. There it reached 79 % on the test images; of emnist47's it reads 85.4 % after 3
 * minutes on two cores (one seed).
 */
export const seedMlp: Preset = {
  name: 'seedMlp',
  description: 'dense 512 tanh, dropout 0.1, batch normalization, dense 256 leaky relu; RMSprop',
  epochs: 30,
  build: (data) =>
    compileModel(
      new Stack(data.seed)
        .input([PIXELS])
        .dense(512, 'tanh')
        .dropout(0.1)
        .normalize()
        .dense(256, 'leakyRelu')
        .output(data.classNames.length),
      { optimizer: { kind: 'rmsprop', learningRate: 0.001 }, batchSize: 32 },
    ),
};

/**
 * A CNN that an earlier search with KerasTuner found on EMNIST Balanced: convolutions 32 elu, 128 relu and 128 tanh, max
 * pooling 3 after the first two, dropout 0.2, dense 512 and 256 tanh; RMSprop, batches of 32. There it reached 87.2 % on the
 * test images after 10 epochs; of emnist47's it reads 88.4 % after 9 minutes on two cores (one seed).
 */
export const seedCnn: Preset = {
  name: 'seedCnn',
  description: 'convolutions 32 elu, 128 relu, 128 tanh, max pooling 3, dense 512 and 256 tanh; RMSprop',
  epochs: 10,
  build: (data) =>
    compileModel(
      input(data)
        .convolution(32, 3, 'elu')
        .maxPooling(3)
        .convolution(128, 3, 'relu')
        .maxPooling(3)
        .convolution(128, 3, 'tanh')
        .flatten()
        .dropout(0.2)
        .dense(512, 'tanh')
        .dense(256, 'tanh')
        .output(data.classNames.length),
      { optimizer: { kind: 'rmsprop', learningRate: 0.001 }, batchSize: 32 },
    ),
};

/**
 * A CNN for a first good answer, convolutions of 32, 64 and 128 filters, the first pooled by 3: 90.0 % of emnist47's test images
 * after 26 seconds on two cores (mean of three seeds, see `bench/README.md`). So few epochs gain nothing from varied images.
 */
export const quickCnn: Preset = {
  name: 'quickCnn',
  description: 'convolutions 32, 64, 128 with max pooling and batch normalization, dense 256; AdamW, one cycle',
  epochs: 5,
  build(data) {
    const stack = input(data).convolution(32, 3, 'relu', true, 3);
    for (const filters of [64, 128]) stack.convolution(filters, 3, 'relu', true, 2);
    const model = stack.flatten().dropout(0.2).dense(256, 'relu', true).dropout(0.2).output(data.classNames.length);
    return compileModel(model, {
      ...RECIPE,
      optimizer: { ...RECIPE.optimizer, learningRate: 0.006 },
      augmentation: undefined,
      emaMomentum: 0.99,
      batchSize: 256,
    });
  },
};

/**
 * A CNN between the quick and the best one, with double convolutions of 64 and 160 filters behind a single one of 32: about 91 %
 * of emnist47's images after 7 minutes on two cores with AVX-512 BF16 (90.96 % of 12,000 training images held out, one seed).
 */
export const betterCnn: Preset = {
  name: 'betterCnn',
  description:
    'convolution of 32 filters, double ones of 64 and 160 with batch normalization and max pooling, dense 256; AdamW, one ' +
    'cycle, augmentation',
  epochs: 16,
  build(data) {
    const stack = input(data).convolution(32, 3, 'relu', true, 2);
    for (const filters of [64, 160]) stack.convolution(filters, 3, 'relu', true).convolution(filters, 3, 'relu', true, 2);
    const model = stack.flatten().dropout(0.3).dense(256, 'relu', true).dropout(0.3).output(data.classNames.length);
    return compileModel(model, {
      ...RECIPE,
      optimizer: { ...RECIPE.optimizer, learningRate: 0.006 },
      augmentation: { rotation: 8, shift: 0.04, scale: 0.08, shear: 0.12 },
      emaMomentum: 0.998,
      batchSize: 256,
    });
  },
};

/**
 * The best MLP, three dense layers of 1,024: 90.0 % of emnist47's test images after 9 minutes on two cores (mean of three
 * seeds, deviation 0.05). MNIST: 99.45 % (one seed).
 */
export const bestMlp: Preset = {
  name: 'bestMlp',
  description: 'three dense layers of 1,024 with batch normalization and dropout; AdamW, one cycle, augmentation',
  epochs: 40,
  build(data) {
    const stack = new Stack(data.seed).input([PIXELS]);
    for (let layer = 1; layer <= 3; layer++) stack.dense(1024, 'relu', true).dropout(0.25);
    return compileModel(stack.output(data.classNames.length), { ...RECIPE, batchSize: 256 });
  },
};

/**
 * The best CNN, with VGG-style double convolutions of 32, 128 and 256 filters (Simonyan and Zisserman 2015): 91.3 % of
 * emnist47's test images after half an hour on two cores with AMX (mean of three seeds, deviation 0.04). A step takes 110 ms on
 * two cores with AVX-512 BF16, 167 ms in float32. MNIST: 99.8 % (one seed).
 */
export const bestCnn: Preset = {
  name: 'bestCnn',
  description:
    'double convolutions of 32, 128 and 256 filters with batch normalization, max pooling and dropout, dense 256; AdamW, ' +
    'one cycle, augmentation',
  epochs: 24,
  build(data) {
    const stack = input(data);
    for (const filters of [32, 128, 256]) {
      stack.convolution(filters, 3, 'relu', true).convolution(filters, 3, 'relu', true);
      stack.maxPooling(2).dropout(0.1);
    }
    const head = stack.flatten().dropout(0.5).dense(256, 'relu', true).dropout(0.5);
    return compileModel(head.output(data.classNames.length), {
      ...RECIPE,
      optimizer: { ...RECIPE.optimizer, weightDecay: 0.05 },
    });
  },
};

/** All presets, from the simplest on. */
export const PRESETS: readonly Preset[] = [seedMlp, seedCnn, quickCnn, betterCnn, bestMlp, bestCnn];
