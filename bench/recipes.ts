import { type CompileConfig, compileConfigOf, recompileModel } from '../lib/recipe/compile';
import type { DataDescription } from '../lib/search/model-builder';
import type * as tf from '../lib/tensorflow';
import { buildCnn, buildMlp, compileModel, HyperParameters, learningRateAt, Stack, seedCnn, seedMlp } from '../src';

const adam: CompileConfig = { optimizer: { kind: 'adam', learningRate: 0.001 } };

/**
 * The models whose step is timed: a common MLP and a common CNN, two presets, and the defaults of the two spaces, which their
 * winners are like. Each comes compiled and fresh.
 */
export const MODELS = {
  mlp: ({ classNames }: DataDescription) =>
    compileModel(
      new Stack().input([784]).dense(512, 'relu').normalize().dropout(0.2).dense(256, 'relu').output(classNames.length),
      adam,
    ),
  cnn: ({ classNames }: DataDescription) =>
    compileModel(
      new Stack()
        .input([28, 28, 1])
        .convolution(32, 3, 'relu')
        .normalize()
        .maxPooling(2)
        .convolution(64, 3, 'relu')
        .normalize()
        .maxPooling(2)
        .flatten()
        .dropout(0.3)
        .dense(256, 'relu')
        .output(classNames.length),
      adam,
    ),
  seedMlp: (data: DataDescription) => seedMlp.build(data),
  seedCnn: (data: DataDescription) => seedCnn.build(data),
  defaultMlp: (data: DataDescription) => atConstantRate(buildPlain('mlp', new HyperParameters(), data)),
  defaultCnn: (data: DataDescription) => atConstantRate(buildPlain('cnn', new HyperParameters(), data)),
} as const;

export type ModelName = keyof typeof MODELS;

/** A model in words that every system builds it from: layers in Keras' names, initializers, optimizer and schedule. */
export interface Recipe {
  /** As `model.toJSON` gives it in Keras' spelling. */
  readonly topology: { readonly config: { readonly layers: readonly object[] } };
  readonly compile: CompileConfig;
}

/** The recipe of a model, which is then disposed. */
export function describeModel(model: tf.LayersModel): Recipe {
  const recipe = {
    topology: model.toJSON(null, false) as unknown as Recipe['topology'],
    compile: compileConfigOf(model) as CompileConfig,
  };
  model.dispose();
  return recipe;
}

/** The learning rate of each step of a training; null where all are the same. */
export function learningRatesOf({ compile }: Recipe, images: number, epochs: number): number[] | null {
  const { schedule, optimizer, batchSize = 128 } = compile;
  if (schedule === undefined || schedule.kind === 'constant') return null;
  const steps = Math.ceil(images / batchSize);
  return Array.from({ length: epochs * steps }, (_, step) =>
    learningRateAt(schedule, optimizer.learningRate, step / steps, epochs),
  );
}

/** Layers and training as JSON, without the layers' names, which count the models built so far. */
export function describeWithoutNames(recipe: Recipe): string {
  const names = ['name', 'inbound_nodes', 'input_layers', 'output_layers'];
  return JSON.stringify(recipe, (key, value) => (names.includes(key) ? undefined : value));
}

/**
 * The model of a configuration as the programs in Python train it: without the smoothed labels, averaged weights and bfloat16
 * that ours has in every training, as their users would write it.
 */
export function buildPlain(model: 'mlp' | 'cnn', hp: HyperParameters, data: DataDescription): tf.LayersModel {
  const built = (model === 'mlp' ? buildMlp : buildCnn)(hp, data);
  return recompileModel(built, { labelSmoothing: 0, emaMomentum: 0, precision: 'float32' });
}

/** A schedule spans a training of known length, which rounds of a clock are not. */
const atConstantRate = (model: tf.LayersModel) => recompileModel(model, { schedule: { kind: 'constant' } });

/** @throws Error for a training with a part that the programs in Python leave out. */
export function checkComparable(config: CompileConfig): void {
  const { labelSmoothing = 0, emaMomentum = 0, augmentation, classWeights, precision = 'float32' } = config;
  if (labelSmoothing > 0 || emaMomentum > 0 || augmentation || classWeights || precision !== 'float32') {
    throw new Error(
      'The other systems train without this: ' +
        `${JSON.stringify({ labelSmoothing, emaMomentum, augmentation, classWeights, precision })}; ` +
        'fix it in comparableSpace.',
    );
  }
}
