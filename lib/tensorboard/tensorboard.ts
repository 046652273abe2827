import { join } from 'node:path';
import type { Callback } from '../training/callbacks';
import type { EpochRecord } from '../training/history';
import { createLogDir, EventFile, scalarValue } from './event-file';

/**
 * A callback that writes a training's curves for TensorBoard, as Keras' callback of this name does: the runs `train` and
 * `validation` below `logDir`, with `epoch_loss`, `epoch_accuracy`, in `train` `epoch_learning_rate`, and the metrics of
 * the callbacks before it (`macroF1` as `epoch_macro_f1`, `valMacroF1` as the same in `validation`). Steps are epochs, from
 * 1 where Keras counts from 0.
 *
 *     await fit(model, train, { epochs: 20, validationSplit: 0.1, callbacks: [new TensorBoard({ logDir: 'runs/logs/mlp' })] });
 *     // tensorboard --logdir runs/logs
 *
 * Existing files are left as they are. A training that is taken up again goes on with its curves; another training in the
 * same `logDir` takes their place in TensorBoard.
 */
export class TensorBoard implements Callback {
  readonly options: { readonly logDir: string };
  readonly #logDir: string;
  readonly #files = new Map<string, EventFile>();

  /** @param options `logDir`: the folder of this training, created where it is missing; each training has its own. */
  constructor({ logDir }: { readonly logDir: string }) {
    if (typeof logDir !== 'string' || logDir === '') {
      throw new TypeError(`logDir must be the path of a folder, but got ${JSON.stringify(logDir)}.`);
    }
    this.options = { logDir };
    this.#logDir = logDir;
  }

  /** @throws Error where `logDir` is a file, or no folder can be created there. */
  onTrainBegin(): void {
    createLogDir(this.#logDir);
    this.#files.clear();
  }

  onEpochEnd(record: EpochRecord): void {
    const { epoch, seconds, metrics, ...values } = record;
    const runs = new Map<string, Buffer[]>();
    for (const [name, value] of Object.entries({ ...values, ...metrics })) {
      if (typeof value !== 'number') continue;
      const run = /^val[A-Z]/.test(name) ? 'validation' : 'train';
      const tag = run === 'validation' ? name.slice('val'.length) : name;
      const scalars = runs.get(run) ?? [];
      runs.set(run, [...scalars, scalarValue(`epoch_${toSnakeCase(tag)}`, value)]);
    }
    for (const [run, scalars] of runs) {
      const file = this.#files.get(run) ?? new EventFile(join(this.#logDir, run), epoch);
      this.#files.set(run, file);
      file.append(epoch, scalars);
    }
  }
}

/** `learningRate` as `learning_rate`. */
function toSnakeCase(name: string): string {
  return name.replace(/(?<!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}
