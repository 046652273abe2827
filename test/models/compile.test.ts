import { describe, expect, it } from 'vitest';
import { compileModel, Stack } from '../../src/models';

describe('compileModel', () => {
  const model = () => new Stack().input([784]).output(3);

  it('makes each optimizer with its learning rate', () => {
    for (const kind of ['sgd', 'adam', 'adamw', 'rmsprop', 'adagrad', 'adadelta'] as const) {
      const compiled = compileModel(model(), { optimizer: { kind, learningRate: 0.25 } });
      expect(compiled.optimizer.getClassName().toLowerCase()).toBe(kind);
      expect(compiled.optimizer.getConfig().learningRate).toBe(0.25);
      compiled.dispose();
    }
  });

  it('says what is wrong with a configuration', () => {
    const compile = (config: Parameters<typeof compileModel>[1]) => () => compileModel(model(), config);
    expect(compile({ optimizer: { kind: 'adam', learningRate: 0 } })).toThrow(/learningRate.*above 0.*got 0/);
    expect(compile({ optimizer: { kind: 'sgd', learningRate: 1, momentum: 1 } })).toThrow(
      /momentum.*below 1.*got 1/,
    );
    for (const weightDecay of [-0.1, Number.NaN]) {
      expect(compile({ optimizer: { kind: 'adamw', learningRate: 1, weightDecay } })).toThrow(
        /weightDecay must be a number, 0 or more, but got (-0.1|NaN)/,
      );
    }
    const optimizer = { kind: 'adam', learningRate: 0.1 } as const;
    for (const labelSmoothing of [-0.1, 1, Number.NaN]) {
      expect(compile({ optimizer, labelSmoothing })).toThrow(
        /labelSmoothing must be at least 0 and below 1, but got (-0.1|1|NaN);/,
      );
    }
    // As JavaScript, and a saved model, may have it.
    const odd = { kind: 'toString', learningRate: 1 } as unknown as typeof optimizer;
    expect(compile({ optimizer: odd })).toThrow(/kind of the optimizer must be sgd, .*got toString/);
    expect(compile({ optimizer, schedule: odd as never })).toThrow(
      /kind of the schedule must be .*got toString/,
    );
    expect(compile({ optimizer, schedule: { kind: 'stepDecay', factor: 2 } })).toThrow(/factor.*got 2/);
    expect(compile({ optimizer, schedule: { kind: 'stepDecay', every: 0 } })).toThrow(/every.*got 0/);
    expect(compile({ optimizer, schedule: { kind: 'cosineAnnealing', floor: -1 } })).toThrow(/floor.*got -1/);
    for (const warmUp of [-0.1, 1, Number.NaN]) {
      expect(compile({ optimizer, schedule: { kind: 'cosineAnnealing', warmUp } })).toThrow(
        /warmUp of the schedule must be a share of the run, at least 0 and below 1.*got (-0.1|1|NaN)/,
      );
    }
    const oneCycle = { kind: 'oneCycle' } as const;
    for (const pctStart of [0, 1]) {
      expect(compile({ optimizer, schedule: { ...oneCycle, pctStart } })).toThrow(/pctStart.*got [01]/);
    }
    expect(compile({ optimizer, schedule: { ...oneCycle, divFactor: 0.5 } })).toThrow(/divFactor.*got 0.5/);
    expect(compile({ optimizer, schedule: { ...oneCycle, finalDivFactor: Infinity } })).toThrow(
      /finalDivFactor.*1 or more, but got Infinity/,
    );
  });
});
