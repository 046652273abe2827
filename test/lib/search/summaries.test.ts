import { describe, expect, it } from 'vitest';
import { BayesianOptimization, RandomSearch } from '../../../lib/search/searches';
import { HyperParameters } from '../../../lib/search/space/hyperparameters';
import { type SummarizedSearch, summarizeResults } from '../../../lib/search/summaries';
import type { Trial } from '../../../lib/search/trial';
import * as tf from '../../../lib/tensorflow';
import type { EpochRecord } from '../../../lib/training/history';
import { buildMlp } from '../../../src/models/mlp';

const epoch = (n: number): EpochRecord => ({
  ...{ epoch: n, loss: 1, accuracy: 0.5, valLoss: 1, valAccuracy: 0.5, learningRate: 0.1, seconds: 2 },
});

function trialOf(id: number, status: Trial['status'], scores: number[], parts: Partial<Trial> = {}): Trial {
  const score = scores.reduce((sum, value) => sum + value / scores.length, scores.length > 0 ? 0 : NaN);
  return {
    ...{ id, status, scores, score, spread: 0.0125, hyperparameters: { units: 32 * id }, origin: 'oracle' },
    ...{ epochs: 2, trainings: 3, parameters: 1000 * id, seconds: 12, seed: id, attempts: 0, versions: {} },
    histories: scores.map((_, i) => ({
      ...{
        epochs: [epoch(1), epoch(2)],
        seconds: 4,
        trainSize: 20,
        validationSize: 10,
        batchSize: 8,
        seed: i,
      },
    })),
    ...parts,
  };
}

const search: SummarizedSearch = {
  ...{ objective: { name: 'valAccuracy', direction: 'max' }, folds: 3, executionsPerTrial: 1 },
  trials: [
    trialOf(1, 'completed', [0.5, 0.6, 0.7], { hyperparameters: { optimizer: 'adam', rate: 0.00123456 } }),
    trialOf(2, 'completed', [0.7, 0.8, 0.9], { hyperparameters: { optimizer: 'sgd', momentum: 0.9 } }),
    trialOf(3, 'pruned', [0.25], { reason: 'It can no longer win:\n  trial 2 is ahead' }),
    trialOf(4, 'failed', [], { reason: 'TypeError: no such layer <b>', histories: [] }),
    trialOf(5, 'running', [0.75, 0.75]),
  ],
};

describe('resultsSummary', () => {
  it('tells status, scores, spread and active hyperparameters of the trials', () => {
    expect(summarizeResults(search, 10)).toBe(
      `5 trials: 2 completed, 1 running, 1 pruned, 1 failed. Objective: valAccuracy, the mean of 3 folds, the higher the better. 60 s of training.

Completed trials, best first:

| rank | trial | valAccuracy | spread | epochs | weights | seconds |
| ---: | ----: | ----------: | -----: | -----: | ------: | ------: |
|    1 |     2 |      0.8000 | 0.0125 |      2 |    2000 |    12.0 |
|    2 |     1 |      0.6000 | 0.0125 |      2 |    1000 |    12.0 |

- trial 2: optimizer sgd, momentum 0.9
- trial 1: optimizer adam, rate 0.00123

Running:

- trial 5 (valAccuracy 0.7500, 2 epochs, 2 of 3 folds): units 160

Pruned:

- trial 3 (valAccuracy 0.2500, 2 epochs, 1 of 3 folds): units 96 – It can no longer win: trial 2 is ahead

Failed:

- trial 4 (0 epochs, 0 of 3 folds): units 128 – TypeError: no such layer \\<b>`,
    );
  });

  it("names the builder's own default", () => {
    const marked = (id: number) =>
      search.trials.map((trial) => (trial.id === id ? { ...trial, origin: 'default' as const } : trial));
    expect(summarizeResults({ ...search, trials: marked(1) }, 10)).toContain(
      '- trial 1 (default): optimizer',
    );
    expect(summarizeResults({ ...search, trials: marked(3) }, 10)).toContain('- trial 3 (default) (valAcc');
  });

  it('shows as many of each status as asked for, and counts the rest', () => {
    const trials = [...search.trials, trialOf(6, 'pruned', [0.5])];
    const summary = summarizeResults({ ...search, trials }, 1);
    expect(summary).toContain('The best 1 of 2 completed trials:');
    expect(summary).toContain('- trial 2: ');
    expect(summary).not.toContain('- trial 1: ');
    // The pruned trial with the better score, though it is the later one.
    expect(summary).toMatch(/Pruned:\n\n- trial 6 .*\n- and 1 more/);
  });

  it('leaves out the spread of single trainings, and knows that losses shall be low', () => {
    const summary = summarizeResults(
      {
        ...{ objective: { name: 'valLoss', direction: 'min' }, folds: 1, executionsPerTrial: 1 },
        trials: [
          trialOf(1, 'completed', [0.5], { trainings: 1 }),
          trialOf(2, 'completed', [0.00002], { trainings: 1 }),
        ],
      },
      10,
    );
    expect(summary).toContain('Objective: valLoss, the lower the better.');
    expect(summary).not.toContain('spread');
    expect(summary).toMatch(/\|\s+1 \|\s+2 \| 0\.0000200 \|/);
  });

  it('calls the parts of a trial trainings where folds are repeated', () => {
    expect(summarizeResults({ ...search, executionsPerTrial: 2 }, 1)).toContain('1 of 3 trainings');
  });

  it('is asked of a search, which must have been given a count that makes sense', () => {
    const empty = new RandomSearch((hp) => hp.boolean('b'));
    expect(empty.resultsSummary()).toBe('No trials yet.');
    expect(() => empty.resultsSummary(0)).toThrow('count must be a whole number from 1, but got 0');
    const asked = empty.ask();
    empty.tell(asked?.id as number, 0.5);
    expect(empty.resultsSummary(1)).toContain('1 trial: 1 completed.');
  });
});

const conditional = (hp: HyperParameters): void => {
  hp.choice('optimizer', ['adam', 'sgd']);
  hp.conditionalScope('optimizer', ['sgd'], () => hp.float('momentum', { min: 0, max: 0.9, default: 0.5 }));
  hp.int('units', { min: 8, max: 64, step: 8 });
};

describe('searchSpaceSummary', () => {
  it('tells domain, default and condition of each hyperparameter', () => {
    expect(new RandomSearch(conditional).searchSpaceSummary()).toBe(
      `3 hyperparameters

| hyperparameter | domain                                    | default | only if            |
| -------------- | ----------------------------------------- | ------- | ------------------ |
| optimizer      | one of "adam", "sgd"                      | adam    |                    |
| momentum       | a number from 0 to 0.9                    | 0.5     | optimizer is "sgd" |
| units          | a whole number from 8 to 64 in steps of 8 | 8       |                    |`,
    );
  });

  it('has the domains given from outside, and no column for conditions where there are none', () => {
    const hyperparameters = new HyperParameters();
    hyperparameters.fixed('optimizer', 'adam');
    const search = new BayesianOptimization(conditional, { hyperparameters, tuneNewEntries: false });
    const summary = search.searchSpaceSummary();
    expect(summary).toContain('2 hyperparameters');
    expect(summary).toMatch(
      /\| optimizer +\| fixed at "adam" \| adam +\|\n\| units +\| fixed at 8 +\| 8 +\|$/,
    );
    expect(summary).not.toContain('only if');
  });

  it('builds models for images that nobody has named yet, and leaves no tensor', () => {
    const before = tf.memory().numTensors;
    const summary = new RandomSearch(buildMlp).searchSpaceSummary();
    expect(summary).toMatch(/\| units3 .*\| layers is 3 *\|/);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('tells the builder of the classes that it is given', () => {
    const search = new RandomSearch((hp, { classNames }) => hp.choice('class', classNames));
    expect(search.searchSpaceSummary({ classNames: ['a', 'b', 'c'] })).toContain('one of "a", "b", "c"');
  });
});
