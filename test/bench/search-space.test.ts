import { describe, expect, it } from 'vitest';
import { buildPlain, describeModel } from '../../bench/recipes';
import { comparableSpace } from '../../bench/search-space';
import { buildCnn, buildMlp, RandomSearch } from '../../src';

describe('comparableSpace', () => {
  it('leaves chains of layers, optimizers and schedules that the programs of bench/systems build', () => {
    const data = { classNames: ['a', 'b', 'c'] };
    const layers = new Set<string>();
    for (const [kind, build] of [
      ['mlp', buildMlp],
      ['cnn', buildCnn],
    ] as const) {
      const search = new RandomSearch(build, { maxTrials: 30, hyperparameters: comparableSpace(), seed: 1 });
      for (let asked = search.ask({ data }); asked; asked = search.ask({ data })) {
        const { topology, compile } = describeModel(buildPlain(kind, asked.hyperparameters, data));
        const chain = topology.config.layers as { class_name: string; name: string; inbound_nodes: [string][][] }[];
        for (const [i, { class_name, inbound_nodes }] of chain.entries()) {
          layers.add(class_name);
          expect(inbound_nodes.flat().map(([name]) => name)).toEqual(i === 0 ? [] : [chain[i - 1].name]);
        }
        expect(['adam', 'sgd', 'rmsprop', 'adagrad', 'adadelta']).toContain(compile.optimizer.kind);
        expect(['constant', 'stepDecay', 'cosineAnnealing']).toContain(compile.schedule?.kind);
        if (compile.schedule?.kind === 'cosineAnnealing') {
          expect(compile.schedule).toEqual({ kind: 'cosineAnnealing', warmUp: 0.1 });
        }
        expect({ ...compile, optimizer: undefined, schedule: undefined }).toEqual({
          ...{ batchSize: 128, labelSmoothing: 0, emaMomentum: 0, precision: 'float32' },
        });
      }
    }
    expect([...layers].sort()).toEqual([
      ...['Activation', 'BatchNormalization', 'Conv2D', 'Dense', 'Dropout', 'Flatten'],
      ...['InputLayer', 'LeakyReLU', 'MaxPooling2D'],
    ]);
  });
});
