import { closeSync, openSync } from 'node:fs';
import { serialize } from 'node:v8';
import type { Dataset } from '../../../data/dataset';
import { makeTemporaryFolder } from '../../../storage/temporary-folder';
import { InterruptedError } from '../../../training/interrupt';
import type { ModelBuilder } from '../../model-builder';
import type { EventAnswer, Executor, TrainingEvent, TrainingJob, TrainingOutcome } from '../executor';
import type { CallbackFactory } from '../training-job';
import { describeCallbacks } from './callback-recipe';
import { type ModuleReference, moduleReference, requireModuleReference } from './module-reference';
import { WorkerProcess } from './worker-process';

export interface WorkerPoolOptions {
  /** Processes at most, from 1. */
  readonly workers: number;
  /** Cores for each, from 1. */
  readonly threadsPerWorker: number;
  /** A worker that sends nothing for longer has failed, in milliseconds, from 1. */
  readonly timeoutMs: number;
}

/** What the workers train; a function that a module exports, or where it is. */
export interface WorkerPoolSetup {
  readonly builder: ModelBuilder | ModuleReference;
  /** One that no module exports is called in this process: see `describeCallbacks`. */
  readonly callbacks?: CallbackFactory | ModuleReference;
  readonly data: Dataset;
}

/**
 * Trains in child processes, each started when first needed and kept until `close`. What they print is not shown.
 *
 * A worker that dies, hangs or runs out of memory fails its job, with the reason; a fresh one takes its place, and the others
 * are not disturbed. None outlives this process, however that ends.
 *
 * @throws Error where no module exports the builder.
 */
export class WorkerPool implements Executor {
  readonly slots: number;
  readonly #start: () => WorkerProcess;
  readonly #data: number;
  readonly #callbacksHere: CallbackFactory | undefined;
  readonly #workers = new Set<WorkerProcess>();
  readonly #busy = new Set<WorkerProcess>();
  #closed = false;

  constructor(
    { builder, callbacks, data }: WorkerPoolSetup,
    { workers, threadsPerWorker: threads, timeoutMs }: WorkerPoolOptions,
  ) {
    this.slots = workers;
    const bytes = serialize(data);
    const elsewhere = typeof callbacks === 'function' ? moduleReference(callbacks) : callbacks;
    this.#callbacksHere = typeof callbacks === 'function' && elsewhere === undefined ? callbacks : undefined;
    const setup = {
      builder: typeof builder === 'function' ? requireModuleReference(builder, 'The model builder') : builder,
      ...(elsewhere && { callbacks: elsewhere }),
      dataBytes: bytes.length,
    };
    this.#data = openNameless(bytes);
    this.#start = () => new WorkerProcess({ setup, data: this.#data, threads, timeoutMs });
  }

  /**
   * As `Executor` says, for at most `slots` jobs at a time.
   *
   * @throws Error where the callbacks can be made in this process alone.
   */
  async run(job: TrainingJob, onEvent: (event: TrainingEvent) => EventAnswer): Promise<TrainingOutcome> {
    this.#check();
    const { trial, training, hyperparameters } = job;
    const made = this.#callbacksHere?.({ trial, training, hyperparameters });
    const callbacks = made && describeCallbacks(made, this.#callbacksHere);
    const worker = this.#take();
    try {
      const outcome = await worker.run({ ...job, ...(callbacks && { callbacks }) }, (event) => {
        this.#check();
        return onEvent(event);
      });
      this.#check();
      return outcome;
    } catch (error) {
      // It is in the middle of a job that nobody wants any more.
      await worker.kill();
      throw error;
    } finally {
      this.#busy.delete(worker);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([...this.#workers].map((worker) => worker.kill()));
    closeSync(this.#data);
  }

  #take(): WorkerProcess {
    for (const worker of this.#workers) if (!worker.alive) this.#workers.delete(worker);
    let worker = [...this.#workers].find((candidate) => !this.#busy.has(candidate));
    if (worker === undefined) {
      if (this.#workers.size >= this.slots) {
        throw new Error(`A pool of ${this.slots} workers runs ${this.slots} jobs at a time, but got one more.`);
      }
      worker = this.#start();
      this.#workers.add(worker);
    }
    this.#busy.add(worker);
    return worker;
  }

  #check(): void {
    if (this.#closed) throw new InterruptedError('The search was ended while it trained.');
  }
}

/** A file descriptor of a file with this content and no name: it is gone with the last process that has it open. */
function openNameless(bytes: Uint8Array): number {
  const folder = makeTemporaryFolder('images');
  try {
    return openSync(folder.write('images', bytes), 'r');
  } finally {
    folder.remove();
  }
}
