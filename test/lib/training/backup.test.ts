import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FolderInUseError } from '../../../lib/storage/folder-lock';
import * as tf from '../../../lib/tensorflow';
import type { Callback } from '../../../lib/training/callbacks';
import { EarlyStopping } from '../../../lib/training/early-stopping';
import { fit } from '../../../lib/training/fit';
import { InterruptedError } from '../../../lib/training/interrupt';
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
    await expect(fit(first, train, { ...options, backup: folder, callbacks: [stopIn(3)] })).rejects.toThrow(InterruptedError);
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
    ).toEqual(['backup.json', 'epoch-5.ckpt']);

    const again = build();
    const { history: found } = await fit(again, train, { ...options, backup: folder, callbacks: [count] });
    expect(trained).toEqual([3, 4, 5]);
    expect(weightsOf(again)).toEqual(weightsOf(whole));
    expect(found.epochs).toEqual(history.epochs);
    expect(found.seconds).toBeGreaterThanOrEqual(history.epochs.reduce((sum, { seconds }) => sum + seconds, 0));
    for (const one of [model, again]) one.dispose();
    expect(tf.memory().numTensors).toBe(before);
    whole.dispose();
  });

  it.each<[string, () => tf.LayersModel, object, string]>([
    ['another seed', build, { seed: 4 }, 'seed, train, validation'],
    ['more epochs', build, { epochs: 3 }, 'epochs'],
    ['another batch size', build, { batchSize: 32 }, 'batchSize'],
    ['other initial weights', () => build({ seed: 1 }), {}, 'model, initialWeights'],
    ['another dropout', () => build({ dropout: 0.5 }), {}, 'model'],
    ['another learning rate', () => build({ learningRate: 0.001 }), {}, 'compile'],
    ['other images', build, { validationSplit: 0.1 }, 'train, validation'],
    ['other callbacks', build, { callbacks: [new EarlyStopping({ patience: 5 })] }, 'callbacks'],
  ])('of %s is moved aside, and the training begins anew', async (_name, make, changes, differing) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const first = build();
    await fit(first, train, { ...options, epochs: 2, backup: folder });
    const other = make();
    const { history } = await fit(other, train, { ...options, epochs: 2, ...changes, backup: folder });
    expect(warn).toHaveBeenCalledOnce();
    expect(warn.mock.lastCall?.[0]).toContain(`another training (it differs in: ${differing}).`);
    expect(readdirSync(`${folder}.1`).sort()).toEqual(['backup.json', 'epoch-2.ckpt']);
    const alone = make();
    const { history: expected } = await fit(alone, train, { ...options, epochs: 2, ...changes });
    expect(history.epochs.map(({ loss }) => loss)).toEqual(expected.epochs.map(({ loss }) => loss));
    for (const one of [first, other, alone]) one.dispose();
  });

  it('stays where it is until another training has finished an epoch', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const [first, other, again] = [build(), build(), build()];
    await fit(first, train, { ...options, backup: folder });
    await expect(fit(other, train, { ...options, epochs: 0, backup: folder })).rejects.toThrow(RangeError);
    const stopped = { ...options, seed: 4, backup: folder, callbacks: [stopIn(1)] };
    await expect(fit(other, train, stopped)).rejects.toThrow(InterruptedError);
    expect(existsSync(`${folder}.1`)).toBe(false);
    const { history } = await fit(again, train, { ...options, backup: folder });
    expect(history.epochs).toHaveLength(5);
    expect(weightsOf(again)).toEqual(weightsOf(first));
    for (const one of [first, other, again]) one.dispose();
  });

  it('takes up the model that an interrupt left half trained, and one that is trained', async () => {
    const warn = vi.spyOn(console, 'warn');
    const [model, whole] = [build(), build()];
    const call = { ...options, backup: folder, callbacks: [stopIn(3)] };
    await expect(fit(model, train, call)).rejects.toThrow(InterruptedError);
    await fit(model, train, { ...call, callbacks: [watch] });
    await fit(whole, train, options);
    expect(weightsOf(model)).toEqual(weightsOf(whole));
    await fit(model, train, { ...call, callbacks: [stopIn(5)] });
    expect(weightsOf(model)).toEqual(weightsOf(whole));
    expect(warn).not.toHaveBeenCalled();
    for (const one of [model, whole]) one.dispose();
  });

  it('brings a callback back to what it remembered', async () => {
    const early = () => new EarlyStopping({ monitor: 'learningRate', mode: 'max', patience: 3 });
    const [model, whole] = [build(), build()];
    const { history: expected } = await fit(whole, train, { ...options, callbacks: [early(), watch] });
    const call = { ...options, backup: folder };
    await expect(fit(model, train, { ...call, callbacks: [early(), stopIn(3)] })).rejects.toThrow('stopped');
    const { history } = await fit(model, train, { ...call, callbacks: [early(), watch] });
    const { history: found } = await fit(model, train, { ...call, callbacks: [early(), watch] });
    expect(expected).toMatchObject({ stopped: expect.stringMatching(/for 3 epochs/), bestEpoch: 1 });
    for (const { stopped, bestEpoch } of [history, found]) {
      expect({ stopped, bestEpoch }).toEqual({ stopped: expected.stopped, bestEpoch: 1 });
    }
    expect(weightsOf(model)).toEqual(weightsOf(whole));
    for (const one of [model, whole]) one.dispose();
  });

  it.each([
    ['epoch-5.ckpt', /is damaged.*begins anew/],
    ['backup.json', /backup.json is damaged.*begins anew/],
  ])('whose %s is damaged is said to be, and the training begins anew', async (name, message) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const [first, model] = [build(), build()];
    await fit(first, train, { ...options, backup: folder });
    truncateSync(join(folder, name), 100);
    await fit(model, train, { ...options, backup: folder });
    expect(warn.mock.lastCall?.[0]).toMatch(message);
    expect(readdirSync(`${folder}.1`).sort()).toEqual(['backup.json', 'epoch-5.ckpt']);
    expect(weightsOf(model)).toEqual(weightsOf(first));
    for (const one of [first, model]) one.dispose();
  });

  it('that cannot be written ends the training, and leaves no tensor', async () => {
    const model = build();
    const before = tf.memory().numTensors;
    const replace: Callback = {
      onEpochEnd() {
        rmSync(folder, { recursive: true });
        writeFileSync(folder, '');
      },
    };
    const call = { ...options, backup: folder, callbacks: [replace] };
    await expect(fit(model, train, call)).rejects.toThrow(/EEXIST|ENOTDIR/);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it('belongs to one training at a time', async () => {
    const model = build();
    const nested: Callback = {
      async onEpochEnd() {
        const other = build();
        await expect(fit(other, train, { ...options, backup: folder })).rejects.toThrow(FolderInUseError);
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
    expect(existsSync(join(folder, 'backup.json'))).toBe(true);
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
