import type { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recompileModel } from '../../../../lib/recipe/compile';
import type { TrainingJob } from '../../../../lib/search/executors/executor';
import { InProcessExecutor } from '../../../../lib/search/executors/in-process-executor';
import { checkpointPath, JobTrainer } from '../../../../lib/search/executors/training-job';
import type { ModelBuilder } from '../../../../lib/search/model-builder';
import * as tf from '../../../../lib/tensorflow';
import { readCheckpoint } from '../../../../lib/training/checkpoint';
import { EarlyStopping } from '../../../../lib/training/early-stopping';
import { InterruptedError } from '../../../../lib/training/interrupt';
import { buildPerceptron, buildTroubled, stopAfterTwo } from './builders';
import { data, makeJob, Reports } from './jobs';

let directory: string;
let job: TrainingJob;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'jobs-'));
  job = makeJob(directory);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** The unbroken run of `job`, and what it left. */
async function trainThrough() {
  const reports = new Reports();
  expect(await new JobTrainer({ builder: buildPerceptron, data }).run(job, reports.keep)).toEqual({ kind: 'reached' });
  return { reports, end: await readCheckpoint(checkpointPath(job, 3)) };
}

function interrupt(): void {
  const key = Symbol.for('inkwell.interrupts');
  (globalThis as unknown as Record<symbol, EventEmitter>)[key].emit('interrupt');
}

describe('a training job', () => {
  it('reports steps and epochs in order, each epoch with its checkpoint on disk', async () => {
    const { reports } = await trainThrough();
    expect(reports.events[0]).toMatchObject({ kind: 'step', epoch: 1, step: 1, steps: 3 });
    expect(reports.epochs.map(({ record }) => record.epoch)).toEqual([1, 2, 3]);
    for (const { record, checkpoint } of reports.epochs) {
      expect((await readCheckpoint(checkpoint)).epoch).toBe(record.epoch);
    }
  });

  it('goes on from any epoch to the same records and weights', async () => {
    const whole = await trainThrough();
    for (const behind of [1, 2]) {
      const epochs = whole.reports.epochs.slice(0, behind);
      const reports = new Reports();
      const rest = makeJob(join(directory, `${behind}`), {
        records: epochs.map(({ record }) => record),
        checkpoint: epochs[behind - 1].checkpoint,
      });
      await new JobTrainer({ builder: buildPerceptron, data }).run(rest, reports.keep);
      expect(reports.records).toEqual(whole.reports.records.slice(behind));
      expect(await readCheckpoint(checkpointPath(rest, 3))).toEqual(whole.end);
    }
  });

  it('leaves after `until`, with the schedule and the callbacks of the whole training', async () => {
    const reports = new Reports();
    const trainer = new JobTrainer({ builder: buildPerceptron, callbacks: stopAfterTwo, data });
    expect(await trainer.run({ ...job, until: 1 }, reports.keep)).toEqual({ kind: 'reached' });
    const [{ record, checkpoint }] = reports.epochs;
    const rest = { ...job, training: 4, records: [record], checkpoint };
    expect(await trainer.run(rest, reports.keep)).toEqual({ kind: 'stopped', reason: 'Trial 1, training 4 had enough.' });
    expect(reports.records.map(({ metrics }) => metrics)).toEqual([{ square: 1 }, { square: 4 }]);
  });

  it('says which epoch its weights are of where early stopping restored them', async () => {
    const monitored = { ...job, hyperparameters: { ...job.hyperparameters, learningRate: 0.5 }, epochs: 8, until: 8 };
    const reports = new Reports();
    const callbacks = () => [new EarlyStopping({ monitor: 'valLoss', patience: 2 })];
    const outcome = await new JobTrainer({ builder: buildPerceptron, callbacks, data }).run(monitored, reports.keep);
    const losses = reports.records.map(({ valLoss }) => valLoss as number);
    const bestEpoch = losses.indexOf(Math.min(...losses)) + 1;
    expect(outcome).toMatchObject({ bestEpoch });
    expect((await readCheckpoint(checkpointPath(job, losses.length))).end).toMatchObject({ bestEpoch });
  });

  it('trains on its fold and is judged on the rest', async () => {
    const trainer = new JobTrainer({ builder: buildPerceptron, data });
    const scores = new Set<number | undefined>();
    for (const fold of [0, 1, 2, 3, 0]) {
      const reports = new Reports();
      const part = { kind: 'fold', fold, folds: 4, seed: 0 } as const;
      await trainer.run({ ...job, part, batchSize: 60, until: 1 }, reports.keep);
      expect(reports.events[0]).toMatchObject({ steps: 1 });
      scores.add(reports.records[0].valLoss);
    }
    // Fold 0 came twice, with the same result.
    expect(scores.size).toBe(4);
  });

  it('varies its images as it is told, in place of what the model was compiled with', async () => {
    const train = async (changes: Partial<TrainingJob>, builder: ModelBuilder = buildPerceptron) => {
      const reports = new Reports();
      await new JobTrainer({ builder, data }).run({ ...job, until: 1, ...changes }, reports.keep);
      return reports.records;
    };
    const compiled: ModelBuilder = (hp, description) =>
      recompileModel(buildPerceptron(hp, description), { augmentation: { shift: 0.2 } });
    const varied = await train({ augmentation: { shift: 0.2 } });
    expect(varied).not.toEqual(await train({}));
    expect(varied).toEqual(await train({}, compiled));
    expect(varied).toEqual(await train({ augmentation: { shift: 0.2 } }, compiled));
  });

  it('ends after an epoch when told to stop', async () => {
    const reports = new Reports();
    const outcome = await new JobTrainer({ builder: buildPerceptron, data }).run(job, (event) => {
      reports.keep(event);
      return event.kind === 'epoch' && event.record.epoch === 2 ? 'stop' : undefined;
    });
    expect(outcome).toEqual({ kind: 'cancelled' });
    expect(reports.epochs).toHaveLength(2);
  });

  it('takes a damaged or missing checkpoint for a reason to train again, not for a failure', async () => {
    const whole = await trainThrough();
    const [first, second] = whole.reports.epochs;
    for (const damage of [() => writeFileSync(second.checkpoint, 'INKWCKPT'), () => rmSync(second.checkpoint)]) {
      damage();
      const reports = new Reports();
      const rest = { ...job, records: [first.record, second.record], checkpoint: second.checkpoint };
      const outcome = await new JobTrainer({ builder: buildPerceptron, data }).run(rest, reports.keep);
      expect(outcome).toEqual({ kind: 'reached' });
      expect(reports.warnings).toEqual([expect.stringContaining('epochs 1 to 2 are trained again')]);
      expect(reports.records).toEqual(whole.reports.records.slice(2));
      expect(await readCheckpoint(checkpointPath(job, 3))).toEqual(whole.end);
      expect((await readCheckpoint(second.checkpoint)).epoch).toBe(2);
    }
  });

  it('fails with the message and the line of what was thrown', async () => {
    const trainer = new JobTrainer({ builder: buildTroubled, data });
    const run = (trouble: string) =>
      trainer.run(makeJob(directory, { hyperparameters: { trouble, learningRate: 0.01 } }), () => {});
    expect(await run('throw')).toEqual({
      kind: 'failed',
      reason: expect.stringMatching(
        /^TypeError: No such layer\. \(at buildTroubled \(test\/lib\/search\/executors\/builders\.ts:\d+:\d+\)\)$/,
      ),
      fatal: false,
    });
    expect(await run('fatal')).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('The disk is gone.'),
      fatal: true,
    });
    const forgotten = makeJob(directory, { hyperparameters: { learningRate: 0.01 } });
    expect(await trainer.run(forgotten, () => {})).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('asks for "trouble", which it did not when the configuration was defined'),
      fatal: true,
    });
  });

  it('has diverged when the loss is no number', async () => {
    const trainer = new JobTrainer({ builder: buildPerceptron, data });
    const wild = makeJob(directory, { hyperparameters: { learningRate: 1e30 } });
    expect(await trainer.run(wild, () => {})).toEqual({ kind: 'diverged', reason: expect.stringContaining('The loss became') });
  });

  it('rejects after an interrupt, and with what `onEvent` throws', async () => {
    const trainer = new JobTrainer({ builder: buildPerceptron, data });
    await expect(trainer.run(job, interrupt)).rejects.toThrow(InterruptedError);
    const full = new Error('No space left.');
    for (const kind of ['step', 'epoch']) {
      const running = trainer.run(job, (event) => {
        if (event.kind === kind) throw full;
      });
      await expect(running).rejects.toBe(full);
    }
  });

  it('leaves no tensor behind, however it ends', async () => {
    const trainer = new JobTrainer({ builder: buildTroubled, callbacks: stopAfterTwo, data });
    const run = (trouble: string, learningRate: number, onEvent = (): void => {}) =>
      trainer.run(makeJob(directory, { hyperparameters: { trouble, learningRate } }), onEvent).catch(() => undefined);
    await run('none', 0.01);
    const before = tf.memory().numTensors;
    await run('none', 0.01);
    await run('none', 1e30);
    await run('throw', 0.01);
    await run('none', 0.01, interrupt);
    await run('none', 0.01, () => {
      throw new Error('No space left.');
    });
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('the executor in this process', () => {
  it('runs jobs, and ends the running one when closed', async () => {
    const executor = new InProcessExecutor({ builder: buildPerceptron, data });
    expect(executor.slots).toBe(1);
    const reports = new Reports();
    expect(await executor.run(job, reports.keep)).toEqual({ kind: 'reached' });
    const running = executor.run(job, (event) => (event.kind === 'epoch' ? executor.close() : undefined));
    await expect(running).rejects.toThrow(InterruptedError);
    await expect(executor.run(job, reports.keep)).rejects.toThrow(InterruptedError);
  });
});
