import { describe, expect, it } from 'vitest';
import type { CallbackState } from '../../../lib/training/callbacks';
import { EarlyStopping, type EarlyStoppingOptions } from '../../../lib/training/early-stopping';
import type { EpochRecord } from '../../../lib/training/history';

/** What a training of made-up losses comes to: `weights` after epoch e are [e]. With `left`, it is left after that epoch
 * and taken up by a second callback, whose state went through JSON. */
function run(options: EarlyStoppingOptions, valLosses: readonly number[], left?: number) {
  let epoch = 0;
  let stopped: string | undefined;
  let restored: { epoch: number; weights: readonly Float32Array[] } | undefined;
  const training = {
    model: undefined as never,
    epochs: valLosses.length,
    seed: 0,
    records: [],
    stop: (reason: string) => {
      stopped = reason;
    },
    weights: () => [Float32Array.of(epoch)],
  };
  let callback = new EarlyStopping(options);
  callback.onTrainBegin(training);
  while (stopped === undefined && epoch < valLosses.length) {
    epoch++;
    const record: EpochRecord = {
      epoch,
      loss: 0,
      accuracy: 0,
      valLoss: valLosses[epoch - 1],
      valAccuracy: -valLosses[epoch - 1],
      learningRate: 1,
      seconds: 1,
      metrics: { f1: valLosses[epoch - 1] },
    };
    callback.onEpochEnd(record, training);
    if (epoch === left) {
      const { values, arrays }: CallbackState = callback.state();
      callback = new EarlyStopping(options);
      callback.onTrainBegin(training, { values: JSON.parse(JSON.stringify(values)), arrays });
    }
  }
  callback.onTrainEnd({
    ...training,
    restore: (best, weights) => {
      restored = { epoch: best, weights };
    },
  });
  return { epochs: epoch, stopped, best: restored?.epoch, weights: restored?.weights.map((w) => w[0]) };
}

describe('EarlyStopping', () => {
  // The epochs trained and the best one, worked out by hand from Keras' definition.
  it.each([
    [{}, [3, 2, 2, 1], 3, 2],
    [{ patience: 1 }, [3, 2, 2, 1], 3, 2],
    [{ patience: 2 }, [3, 2, 2, 1, 5, 5, 0], 6, 4],
    [{ patience: 2 }, [0.9, 0.5, 0.6, 0.5, 0.1], 4, 2],
    [{ patience: 9 }, [3, 1, 2], 3, 2],
    [{ minDelta: 0.5, patience: 2 }, [3, 2.6, 2.5, 1], 3, 1],
    [{ minDelta: 0.5, patience: 2 }, [3, 2.6, 2.4, 1.9, 1.9], 5, 3],
    [{ monitor: 'valAccuracy', patience: 1 }, [3, 2, 2.5, 1], 3, 2],
    [{ monitor: 'valAccuracy', minDelta: 0.5, patience: 1 }, [3, 2.4, 2.4], 3, 2],
    [{ monitor: 'f1', mode: 'max' as const, patience: 1 }, [1, 2, 1], 3, 2],
    [{ patience: 2 }, [Number.NaN, 2, Number.NaN, 1, 3], 5, 4],
  ])('%j with losses %j trains %i epochs and restores epoch %i', (options, losses, epochs, best) => {
    expect(run(options, losses)).toMatchObject({ epochs, best, weights: [best] });
    for (let left = 1; left <= losses.length; left++) expect(run(options, losses, left)).toEqual(run(options, losses));
  });

  it('says why', () => {
    expect(run({ patience: 2 }, [0.9, 0.123456, 0.6, 0.5]).stopped).toBe(
      'valLoss: no better than 0.1235 in epoch 2 for 2 epochs',
    );
    expect(run({}, [Number.NaN, 1])).toMatchObject({
      epochs: 1,
      stopped: 'valLoss: no finite number for 1 epoch',
      best: undefined,
    });
    expect(run({ patience: 9 }, [3, 2]).stopped).toBeUndefined();
  });

  it('leaves the weights alone where told', () => {
    expect(run({ restoreBestWeights: false }, [1, 2])).toMatchObject({ epochs: 2, best: undefined });
  });

  it('starts afresh in a second training', () => {
    const callback = new EarlyStopping({ restoreBestWeights: false });
    const fresh = callback.state();
    const training = { model: undefined as never, epochs: 9, seed: 0, records: [], stop() {}, weights: () => [] };
    const record = { epoch: 1, loss: 0, accuracy: 0, valLoss: 1, learningRate: 1, seconds: 1 };
    callback.onEpochEnd(record, training);
    expect(callback.state()).not.toEqual(fresh);
    callback.onTrainBegin(training);
    expect(callback.state()).toEqual(fresh);
  });

  it('refuses options out of range, and a monitor that no record has', () => {
    expect(() => new EarlyStopping({ patience: -1 })).toThrow(/patience.*from 0, but got -1/);
    expect(() => new EarlyStopping({ patience: 1.5 })).toThrow(/patience.*1\.5/);
    expect(() => new EarlyStopping({ minDelta: -1 })).toThrow(/minDelta.*from 0, but got -1/);
    expect(() => new EarlyStopping({ minDelta: Number.NaN })).toThrow(/minDelta.*NaN/);
    expect(() => new EarlyStopping({ monitor: 'f1' })).toThrow(/mode must be 'min' or 'max'.*got undefined for "f1"/);
    expect(() => new EarlyStopping({ mode: 'auto' as 'min' })).toThrow(/mode must be 'min' or 'max'.*got auto/);
    expect(() => run({ monitor: 'f2', mode: 'max' }, [1])).toThrow(
      'monitor must be one of f1, epoch, loss, accuracy, valLoss, valAccuracy, learningRate, seconds, but got "f2".',
    );
    const training = { model: undefined as never, epochs: 9, seed: 0, records: [], stop() {}, weights: () => [] };
    const record = { epoch: 1, loss: 0, accuracy: 0, valLoss: undefined, learningRate: 1, seconds: 1 };
    expect(() => new EarlyStopping().onEpochEnd(record, training)).toThrow(/got "valLoss"; give validation images/);
  });
});
