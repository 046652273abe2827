import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as tf from '../../src/tensorflow';
import { type Callback, fit, InterruptedError } from '../../src/training';
import { SearchInUseError } from '../../src/tuner';
import { build, options, train } from './backup-training';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'inkwell-backup-')), 'fit');
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(join(folder, '..'), { recursive: true });
});

const weightsOf = (model: tf.LayersModel) => model.getWeights().map((weight) => weight.dataSync());

/** Ends the training in `epoch`, as the stop button does. */
const stopIn = (epoch: number): Callback => ({
  onEpochEnd(record) {
    if (record.epoch === epoch) throw new InterruptedError('stopped');
  },
});
const watch: Callback = { onEpochEnd() {} };

describe('a backup', () => {
  it('lets a training that was ended go on after its last finished epoch, to the same weights', async () => {
    const whole = build();
    const { history: expected } = await fit(whole, train, { ...options, callbacks: [watch] });
    const before = tf.memory().numTensors;
    const first = build();
    await expect(fit(first, train, { ...options, backup: folder, callbacks: [stopIn(3)] })).rejects.toThrow(
      InterruptedError,
    );
    first.dispose();
    const trained: number[] = [];
    const count: Callback = { onEpochEnd: ({ epoch }) => void trained.push(epoch) };
    const model = build();
    const { history } = await fit(model, train, { ...options, backup: folder, callbacks: [count] });
    expect(trained).toEqual([3, 4, 5]);
    expect(weightsOf(model)).toEqual(weightsOf(whole));
    const withoutTime = ({ epochs }: typeof history) => epochs.map(({ seconds, ...rest }) => rest);
    expect(withoutTime(history)).toEqual(withoutTime(expected));
    expect(
      readdirSync(folder)
        .filter((name) => !name.startsWith('.lock'))
        .sort(),
    ).toEqual(['epoch-5.ckpt', 'training.json']);

    const again = build();
    const { history: found } = await fit(again, train, { ...options, backup: folder, callbacks: [count] });
    expect(trained).toEqual([3, 4, 5]);
    expect(weightsOf(again)).toEqual(weightsOf(whole));
    expect(found.epochs).toEqual(history.epochs);
    expect(found.seconds).toBeGreaterThanOrEqual(
      history.epochs.reduce((sum, { seconds }) => sum + seconds, 0),
    );
    for (const one of [model, again]) one.dispose();
    expect(tf.memory().numTensors).toBe(before);
    whole.dispose();
  });

  it.each<[string, () => tf.LayersModel, object]>([
    ['another seed', build, { seed: 4 }],
    ['more epochs', build, { epochs: 6 }],
    ['other initial weights', () => build(1), {}],
    ['other images', build, { validationSplit: 0.1 }],
  ])('of %s is moved aside, and the training begins anew', async (_name, make, changes) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const first = build();
    await fit(first, train, { ...options, epochs: 2, backup: folder });
    const other = make();
    const { history } = await fit(other, train, { ...options, epochs: 2, ...changes, backup: folder });
    expect(warn).toHaveBeenCalledOnce();
    expect(warn.mock.lastCall?.[0]).toMatch(/held another training.*\.1 now/);
    expect(readdirSync(`${folder}.1`).sort()).toEqual(['epoch-2.ckpt', 'training.json']);
    const alone = make();
    const { history: expected } = await fit(alone, train, { ...options, epochs: 2, ...changes });
    expect(history.epochs.map(({ loss }) => loss)).toEqual(expected.epochs.map(({ loss }) => loss));
    for (const one of [first, other, alone]) one.dispose();
  });

  it('that is damaged is said to be, and the training begins anew', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const first = build();
    await fit(first, train, { ...options, backup: folder });
    truncateSync(join(folder, 'epoch-5.ckpt'), 100);
    const model = build();
    await fit(model, train, { ...options, backup: folder });
    expect(warn.mock.lastCall?.[0]).toMatch(/damaged.*begins anew/);
    expect(weightsOf(model)).toEqual(weightsOf(first));
    for (const one of [first, model]) one.dispose();
  });

  it('belongs to one training at a time', async () => {
    const model = build();
    const nested: Callback = {
      async onEpochEnd() {
        const other = build();
        await expect(fit(other, train, { ...options, backup: folder })).rejects.toThrow(SearchInUseError);
        other.dispose();
      },
    };
    await fit(model, train, { ...options, epochs: 1, backup: folder, callbacks: [nested] });
    model.dispose();
  });

  it('survives a killed process', async () => {
    const child = spawn(
      process.execPath,
      ['--require', require.resolve('tsx/cjs'), join(__dirname, 'backup-process.ts'), folder],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    for await (const chunk of child.stdout) if (String(chunk).includes('epoch 3')) child.kill('SIGKILL');
    if (child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    expect(existsSync(join(folder, 'training.json'))).toBe(true);
    const trained: number[] = [];
    const count: Callback = { onEpochEnd: ({ epoch }) => void trained.push(epoch) };
    const [model, whole] = [build(), build()];
    await fit(model, train, { ...options, backup: folder, callbacks: [count] });
    await fit(whole, train, { ...options, callbacks: [watch] });
    // The third epoch may have been on the disk already.
    expect([3, 4]).toContain(trained[0]);
    expect(weightsOf(model)).toEqual(weightsOf(whole));
    for (const one of [model, whole]) one.dispose();
  });
});
