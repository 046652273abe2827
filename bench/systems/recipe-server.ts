/**
 * Makes recipes of configurations for the programs in Python: a line of JSON with the hyperparameters on the standard input, a
 * line with the recipe and the learning rates of its training on the standard output, or with an `error`.
 */
import { createInterface } from 'node:readline';
import { HyperParameters } from '../../src';
import { buildPlain, checkComparable, describeModel, learningRatesOf } from '../recipes';
import { comparableSpace } from '../search-space';
import { readTask } from './rounds';

/** `images`: that a training has, for the steps of an epoch. */
const { model, classNames, images, epochs } = readTask<RecipeTask>();

export interface RecipeTask {
  readonly model: 'mlp' | 'cnn';
  readonly classNames: readonly string[];
  readonly images: number;
  readonly epochs: number;
}

function answer(line: string): object {
  try {
    const hp = HyperParameters.from(JSON.parse(line), { overrides: comparableSpace() });
    const recipe = describeModel(buildPlain(model, hp, { classNames }));
    checkComparable(recipe.compile);
    return { recipe, rates: learningRatesOf(recipe, images, epochs) };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

async function main(): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(answer(line))}\n`);
  }
  // The addon may keep threads that would hold the process.
  process.exit(0);
}

void main();
