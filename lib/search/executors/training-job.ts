import { join } from 'node:path';
import type { Dataset } from '../../data/dataset';
import { splitDataset, stratifiedFolds, takeImages } from '../../data/split';
import { batchSizeOf, recompileModel } from '../../recipe/compile';
import { WriteError } from '../../storage/write-error';
import * as tf from '../../tensorflow';
import type { Callback } from '../../training/callbacks';
import { CheckpointError, readCheckpoint, type TrainingSnapshot, writeCheckpoint } from '../../training/checkpoint';
import { InterruptedError } from '../../training/interrupt';
import { DivergedError, type TrainingEnd, trainEpochs } from '../../training/train-epochs';
import { describeError } from '../describe-error';
import { FatalError } from '../fatal-error';
import { type ModelBuilder, requireModel } from '../model-builder';
import { HyperParameters, type HyperParameterValues } from '../space/hyperparameters';
import { checkpointWriteError } from './checkpoint-write-error';
import type { EventAnswer, Part, TrainingEvent, TrainingJob, TrainingOutcome } from './executor';
import { makeCallback } from './workers/callback-recipe';

/** Makes the callbacks of one training: fresh ones each time, since a callback has a state of its own. */
export type CallbackFactory = (context: {
  readonly trial: number;
  readonly training: number;
  readonly hyperparameters: HyperParameterValues;
}) => readonly Callback[];

/** What all trainings of a search have in common. */
export interface TrainingSetup {
  readonly builder: ModelBuilder;
  readonly callbacks?: CallbackFactory;
  /** The search's images, which each job's part is cut from. */
  readonly data: Dataset;
}

const STEP_EVENT_EVERY_MS = 100;

/** Where the checkpoint of a job's epoch lies. */
export function checkpointPath(job: Pick<TrainingJob, 'directory' | 'training'>, epoch: number): string {
  return join(job.directory, `training-${job.training}-epoch-${epoch}.checkpoint`);
}

/** Runs training jobs in this process, one at a time. */
export class JobTrainer {
  readonly #setup: TrainingSetup;
  /** Trainings of one part often follow each other, and a part is a copy of its images. */
  #part: { readonly key: string; readonly train: Dataset; readonly validation: Dataset } | undefined;

  constructor(setup: TrainingSetup) {
    this.#setup = setup;
  }

  /**
   * How the job ended. It resumes from the job's checkpoint; where that cannot be read, it warns and trains the finished
   * epochs again, which come out the same and are not reported twice.
   *
   * @throws InterruptedError after an interrupt, and whatever `onEvent` throws.
   */
  async run(job: TrainingJob, onEvent: (event: TrainingEvent) => EventAnswer): Promise<TrainingOutcome> {
    const events = this.#train(job, onEvent);
    try {
      for (;;) {
        const next = await events.next();
        if (next.done) return next.value;
        // Not inside the generator, which takes what is thrown there for the job's failure.
        if ((await onEvent(next.value)) === 'stop') return { kind: 'cancelled' };
      }
    } finally {
      await events.return({ kind: 'cancelled' });
    }
  }

  async *#train(job: TrainingJob, onStep: (event: TrainingEvent) => unknown): AsyncGenerator<TrainingEvent, TrainingOutcome> {
    const { builder, callbacks, data } = this.#setup;
    const { trial, training, hyperparameters, seed, records } = job;
    let model: tf.LayersModel | undefined;
    /** The caller's, not the job's. */
    let stepError: unknown;
    try {
      const checkpoint = await readLastCheckpoint(job);
      if (checkpoint instanceof CheckpointError) {
        const epochs = records.length === 1 ? 'epoch 1 is' : `epochs 1 to ${records.length} are`;
        yield { kind: 'warning', message: `${checkpoint.message} So ${epochs} trained again now.` };
      }
      const snapshot = checkpoint instanceof CheckpointError ? undefined : checkpoint;
      const { train, validation } = this.#takePart(job.part);
      const description = { classNames: data.classNames, seed };
      model = requireModel(buildOrDispose(() => builder(fixHyperparameters(hyperparameters), description)));
      if (job.augmentation) recompileModel(model, { augmentation: job.augmentation });
      const batchSize = job.batchSize ?? batchSizeOf(model);
      let reportedAt = Number.NEGATIVE_INFINITY;
      const epochs = trainEpochs(model, train, {
        epochs: job.epochs,
        until: job.until,
        batchSize,
        validation,
        seed,
        callbacks: job.callbacks?.map(makeCallback) ?? callbacks?.({ trial, training, hyperparameters }),
        resume: snapshot && { records, snapshot },
        onStep({ epoch, step, steps, loss, imagesPerSecond }) {
          const now = performance.now();
          if (now - reportedAt < STEP_EVENT_EVERY_MS) return;
          reportedAt = now;
          try {
            onStep({ kind: 'step', epoch, step, steps, loss, imagesPerSecond });
          } catch (error) {
            stepError = error;
            throw error;
          }
        },
      });
      // `for await` drops what a generator returns.
      let end: TrainingEnd | undefined;
      const untilEnd = async function* () {
        end = yield* epochs;
      };
      for await (const { record, snapshot } of untilEnd()) {
        const path = checkpointPath(job, record.epoch);
        // Of epochs trained again, only the last one's checkpoint is missed.
        if (record.epoch >= records.length) await keepCheckpoint(path, snapshot());
        if (record.epoch > records.length) yield { kind: 'epoch', record, checkpoint: path, batchSize };
      }
      const { stopped, bestEpoch } = end as TrainingEnd;
      return stopped === undefined ? { kind: 'reached', bestEpoch } : { kind: 'stopped', reason: stopped, bestEpoch };
    } catch (error) {
      if (error instanceof InterruptedError || error === stepError) throw error;
      if (error instanceof WriteError) return { kind: 'unwritable', reason: error.message };
      if (error instanceof DivergedError) return { kind: 'diverged', reason: error.message };
      return { kind: 'failed', reason: describeError(error), fatal: error instanceof FatalError };
    } finally {
      model?.dispose();
    }
  }

  #takePart(part: Part): { readonly train: Dataset; readonly validation: Dataset } {
    const key = JSON.stringify(part);
    if (this.#part?.key !== key) {
      // Before the next one is made, so that there is only one beside the original.
      this.#part = undefined;
      this.#part = { key, ...cutPart(this.#setup.data, part) };
    }
    return this.#part;
  }
}

/** The checkpoint to resume from, or why it cannot be read; undefined for a fresh training. */
async function readLastCheckpoint({ records, checkpoint }: TrainingJob) {
  if (records.length === 0) return undefined;
  try {
    return await readCheckpoint(checkpoint as string);
  } catch (error) {
    if (error instanceof CheckpointError) return error;
    throw error;
  }
}

function cutPart(data: Dataset, part: Part): { train: Dataset; validation: Dataset } {
  if (part.kind === 'holdOut') return splitDataset(data, part.share, part.seed);
  const fold = stratifiedFolds(data, part.folds, part.seed)[part.fold];
  return { train: takeImages(data, fold.train), validation: takeImages(data, fold.validation) };
}

/** A full disk is no fault of the trial, which may go on once there is room. */
async function keepCheckpoint(path: string, snapshot: TrainingSnapshot): Promise<void> {
  try {
    // One that a loss of power takes costs the epochs of a training that is not over, which then come out the same.
    await writeCheckpoint(path, snapshot, snapshot.end !== undefined);
  } catch (error) {
    throw checkpointWriteError(path, error as Error);
  }
}

/** What `build` returns. Where it throws, what it has made until then is disposed: nobody else holds it. */
export function buildOrDispose<Built>(build: () => Built): Built {
  const before = new Set(Object.keys(tf.engine().state.registeredVariables));
  try {
    return build();
  } catch (error) {
    for (const [name, variable] of Object.entries(tf.engine().state.registeredVariables)) {
      if (!before.has(name)) variable.dispose();
    }
    throw error;
  }
}

/** The values of a definition: of its domains, whether the builder's or some given from outside. */
function fixHyperparameters(values: HyperParameterValues): HyperParameters {
  return new HyperParameters((name) => {
    if (Object.hasOwn(values, name)) return values[name];
    throw new FatalError(
      `The model builder asks for "${name}", which it did not when the configuration was defined; what it asks for must ` +
        'follow from the values of the hyperparameters alone.',
    );
  });
}
