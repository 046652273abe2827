import { existsSync, mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileModel } from '../../../lib/recipe/compile';
import { TensorBoard } from '../../../lib/tensorboard/tensorboard';
import type { Callback } from '../../../lib/training/callbacks';
import { fit } from '../../../lib/training/fit';
import type { EpochRecord } from '../../../lib/training/history';
import { Stack } from '../../../src/models/stack';
import { stripedImages } from '../training/striped-images';
import { eventFiles, readCurves } from './event-reader';

const newFolder = () => join(mkdtempSync(join(tmpdir(), 'tensorboard-')), 'logs', 'mlp');

/** Values that float32 holds exactly. */
function recordOf(epoch: number): EpochRecord {
  const part = epoch / 16;
  return {
    epoch,
    loss: 2 - part,
    accuracy: part,
    valLoss: 3 - part,
    valAccuracy: part / 2,
    learningRate: 1 / 2 ** epoch,
    seconds: 1.5,
  };
}

function train(logDir: string, from: number, to: number): void {
  const board = new TensorBoard({ logDir });
  board.onTrainBegin();
  for (let epoch = from; epoch <= to; epoch++) board.onEpochEnd(recordOf(epoch));
}

const curve = (to: number, valueAt: (epoch: number) => number) => Array.from({ length: to }, (_, i) => [i + 1, valueAt(i + 1)]);

function expectCurves(logDir: string, epochs: number): void {
  expect(readCurves(join(logDir, 'train'))).toEqual({
    epoch_loss: curve(epochs, (epoch) => 2 - epoch / 16),
    epoch_accuracy: curve(epochs, (epoch) => epoch / 16),
    epoch_learning_rate: curve(epochs, (epoch) => 1 / 2 ** epoch),
  });
  expect(readCurves(join(logDir, 'validation'))).toEqual({
    epoch_loss: curve(epochs, (epoch) => 3 - epoch / 16),
    epoch_accuracy: curve(epochs, (epoch) => epoch / 32),
  });
}

describe('TensorBoard', () => {
  it("writes Keras' tags into the runs train and validation", () => {
    const logDir = newFolder();
    train(logDir, 1, 3);
    expectCurves(logDir, 3);
  });

  it('writes no run validation where nothing was validated', () => {
    const logDir = newFolder();
    const board = new TensorBoard({ logDir });
    board.onTrainBegin();
    board.onEpochEnd({ epoch: 1, loss: 1, accuracy: 0.5, learningRate: 0.25, seconds: 1 });
    expect(Object.keys(readCurves(join(logDir, 'train')))).toHaveLength(3);
    expect(existsSync(join(logDir, 'validation'))).toBe(false);
  });

  it('writes the metrics of callbacks to the run that their name says', () => {
    const logDir = newFolder();
    const board = new TensorBoard({ logDir });
    board.onTrainBegin();
    board.onEpochEnd({ ...recordOf(1), metrics: { macroF1: 0.5, valMacroF1: 0.25, value: 4, valid: 8 } });
    const { train, validation } = Object.fromEntries(['train', 'validation'].map((run) => [run, readCurves(join(logDir, run))]));
    expect(train).toMatchObject({ epoch_macro_f1: [[1, 0.5]], epoch_value: [[1, 4]], epoch_valid: [[1, 8]] });
    expect(validation).toMatchObject({ epoch_macro_f1: [[1, 0.25]] });
  });

  it('goes on with the curves of a training that is taken up, each epoch once', () => {
    const logDir = newFolder();
    train(logDir, 1, 3);
    train(logDir, 4, 5);
    expectCurves(logDir, 5);
    // Killed between the logs of epoch 5 and its checkpoint.
    train(logDir, 5, 7);
    expectCurves(logDir, 7);
    // And when one callback is told twice that the training begins.
    const board = new TensorBoard({ logDir });
    for (const epoch of [8, 8]) {
      board.onTrainBegin();
      board.onEpochEnd(recordOf(epoch));
    }
    expectCurves(logDir, 8);
    expect(eventFiles(join(logDir, 'train'))).toHaveLength(5);
  });

  it('leaves a file whose end a kill tore off as it is, and goes on in another', () => {
    const logDir = newFolder();
    train(logDir, 1, 2);
    const [torn] = eventFiles(join(logDir, 'train'));
    truncateSync(torn, readFileSync(torn).length - 3);
    const content = readFileSync(torn, 'latin1');
    train(logDir, 2, 3);
    expect(readFileSync(torn, 'latin1')).toBe(content);
    expect(eventFiles(join(logDir, 'train'))).toHaveLength(2);
  });

  it('takes the place of the curves of another training in the same folder', () => {
    const logDir = newFolder();
    train(logDir, 1, 6);
    train(logDir, 1, 2);
    expectCurves(logDir, 2);
  });
});

describe('TensorBoard in a training', () => {
  it('writes the history of the run, with the metrics of the callbacks before it', async () => {
    const logDir = newFolder();
    const model = new Stack().input([784]).dense(8, 'relu').output(4);
    compileModel(model, { optimizer: { kind: 'adam', learningRate: 0.01 }, schedule: { kind: 'cosineAnnealing' } });
    const gap: Callback = { onEpochEnd: ({ loss, valLoss = Number.NaN }) => ({ lossGap: valLoss - loss }) };
    const { history } = await fit(model, stripedImages(80), {
      epochs: 3,
      batchSize: 16,
      validationSplit: 0.25,
      callbacks: [gap, new TensorBoard({ logDir })],
    });
    model.dispose();
    const curveOf = (valueAt: (record: EpochRecord) => number | undefined) =>
      history.epochs.map((record) => [record.epoch, Math.fround(valueAt(record) ?? Number.NaN)]);
    expect(readCurves(join(logDir, 'train'))).toEqual({
      epoch_loss: curveOf(({ loss }) => loss),
      epoch_accuracy: curveOf(({ accuracy }) => accuracy),
      epoch_learning_rate: curveOf(({ learningRate }) => learningRate),
      epoch_loss_gap: curveOf(({ metrics }) => metrics?.lossGap),
    });
    expect(readCurves(join(logDir, 'validation'))).toEqual({
      epoch_loss: curveOf(({ valLoss }) => valLoss),
      epoch_accuracy: curveOf(({ valAccuracy }) => valAccuracy),
    });
  });
});

describe('bad input', () => {
  it('is refused with the argument and the value', () => {
    for (const logDir of ['', undefined, 3]) {
      expect(() => new TensorBoard({ logDir: logDir as string })).toThrow(
        `logDir must be the path of a folder, but got ${JSON.stringify(logDir)}`,
      );
    }
  });

  it('is refused before the first epoch where logDir cannot be a folder', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'tensorboard-')), 'notes.txt');
    writeFileSync(file, 'mine');
    for (const logDir of [file, join(file, 'mlp')]) {
      expect(() => new TensorBoard({ logDir }).onTrainBegin()).toThrow(/^logDir must be a folder, .*notes\.txt/);
    }
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });
});
