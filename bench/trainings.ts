import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { checksumOf } from '../lib/base/checksum';
import { ResultStore } from '../lib/experiments/result-store';
import type { HyperParameterValues } from '../lib/search/space/domain';
import type { LoadedDataset } from '../src';
import { buildCnn, buildMlp, HyperParameters } from '../src';
import { configurationText } from './anytime-results';
import { describeModel, describeWithoutNames } from './recipes';
import { comparableSpace } from './search-space';
import { SystemProcess } from './system-process';

/** A configuration that is trained on many images and evaluated on the test images. Plain data. */
export interface TrainingTask {
  /** A name for `loadImages`. */
  readonly dataset?: string;
  readonly model: 'mlp' | 'cnn';
  /** The space that the configuration is from: a builder's own, or what `comparableSpace` makes of it. */
  readonly space: 'own' | 'comparable';
  readonly hyperparameters: HyperParameterValues;
  /** Training images, a stratified subset; as many as there are where there are fewer. */
  readonly images: number;
  readonly epochs: number;
  readonly seed: number;
}

/** What came of it. */
export interface Training {
  /** Share of the test images classified rightly; null where the loss was no number. */
  readonly accuracy: number | null;
  readonly seconds: number;
}

/** Trainings, each done once and kept in a folder: of the same configuration the first one's result is given again. */
export class Trainings {
  readonly #store: ResultStore<Training>;
  readonly #folder: string;
  readonly #data: LoadedDataset;
  readonly #images: string;
  readonly #say: (line: string) => void;

  constructor(folder: string, data: LoadedDataset, say: (line: string) => void) {
    this.#folder = folder;
    this.#data = data;
    this.#say = say;
    const { train, test } = data;
    this.#images = checksumOf(train.images, train.labels, test.images, test.labels);
    this.#store = new ResultStore<Training>(folder);
  }

  async get(task: TrainingTask, about: string): Promise<Training> {
    const { model, space, hyperparameters, epochs, seed } = task;
    const images = Math.min(task.images, this.#data.train.size);
    const overrides = space === 'comparable' ? comparableSpace() : undefined;
    const hp = HyperParameters.from(hyperparameters, { ...(overrides && { overrides }) });
    const { classNames } = this.#data;
    const recipe = describeModel((model === 'mlp' ? buildMlp : buildCnn)(hp, { classNames, seed }));
    const key = { model, images, of: this.#images, epochs, seed, recipe: checksumOf(Buffer.from(describeWithoutNames(recipe))) };
    const known = this.#store.get(key);
    if (known !== undefined) return known;
    const backup = join(
      this.#folder,
      `backup-${checksumOf(Buffer.from(JSON.stringify(key) + configurationText(hyperparameters)))}`,
    );
    const { process } = await SystemProcess.start('inkwell-training.ts', { ...task, images, backup }, '');
    const training = await process.run<Training>((line) => this.#say(`  ${about}, ${line}`)).finally(() => process.end());
    this.#store.set(key, training);
    rmSync(backup, { recursive: true, force: true });
    const { accuracy, seconds } = training;
    this.#say(`  ${about}: ${describeAccuracy(accuracy)} of the test images after ${seconds.toFixed(0)} s`);
    return training;
  }

  close(): void {
    this.#store.close();
  }
}

const describeAccuracy = (accuracy: number | null) => (accuracy === null ? 'none' : `${(100 * accuracy).toFixed(2)} %`);
