import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../lib/data/dataset';
import type { EvaluatedModel } from '../../../lib/evaluation/model-comparison';
import type { Objective } from '../../../lib/search/objective';
import type { HyperParameterValues } from '../../../lib/search/space/domain';
import type { Trial } from '../../../lib/search/trial';
import { describeAblation } from '../../../lib/sentences/describe-ablation';
import { describeComparison } from '../../../lib/sentences/describe-comparison';
import { describeDataset } from '../../../lib/sentences/describe-dataset';
import { describeFit } from '../../../lib/sentences/describe-fit';
import { describeGain } from '../../../lib/sentences/describe-gain';
import { describeBest, describeImportance, describeSearch } from '../../../lib/sentences/describe-search';
import type { History } from '../../../lib/training/history';
import { describeBudget } from '../../../src/study/describe-budget';
import { makeHistory, makePruned, makeTrial, valAccuracy } from '../figures/fixtures';

const train = { name: 'mnist', source: 'a folder', size: 60000, classNames: ['0', '1'] } as unknown as Dataset;

const trial = (id: number, score: number, hyperparameters: HyperParameterValues): Trial =>
  makeTrial(id, score, hyperparameters, { scores: [score, score], spread: 0.01, parameters: 1234 });

const valLoss = { name: 'valLoss', direction: 'min' } as const;

const search = {
  objective: valAccuracy,
  trials: [
    trial(1, 0.9, { optimizer: 'adam', layers: 1 }),
    trial(2, 0.8, { optimizer: 'adam', layers: 1 }),
    trial(3, 0.8, { optimizer: 'sgd', layers: 1 }),
    trial(4, Number.NaN, { optimizer: 'rmsprop', layers: 1, deep: true }),
  ],
};

it('describeDataset names source, size and classes, and cites who made it', () => {
  expect(describeDataset(train)).toMatch(
    /^\*\*mnist\*\* \(\[LeCun et al\. 1998\]\(https:[^ ]+ "Y\. LeCun, .*"\)\), from a folder: 60,000 training images in 2 classes\.$/,
  );
  const own = { ...train, name: 'mine' };
  expect(describeDataset({ ...own, train: own, test: { ...own, size: 1000 }, files: [] })).toBe(
    '**mine**, from a folder: 60,000 training and 1,000 test images in 2 classes.',
  );
});

it('describeBudget counts in singular and plural, and says "all" where the budget has more than there is', () => {
  const budget = {
    searchImages: 9000,
    trials: 8,
    folds: 3,
    searchEpochs: 1,
    trainImages: 1e9,
    epochs: 8,
    augment: false,
    cuts: [],
  };
  expect(describeBudget(budget, train)).toBe(
    'The random search tries 8 configurations with 3-fold cross-validation, 1 epoch each, on 9,000 training images of ' +
      '**mnist**: 24 epochs in all. Every further search may train as many. The best configuration of all searches and ' +
      'the default are then trained for 8 epochs on all 60,000.',
  );
  expect(describeBudget({ ...budget, folds: 1 }, train)).toContain('with a hold-out, 1 epoch each');
  expect(describeBudget({ ...budget, cuts: ['It has A | B.'] }, train, ['And few.'])).toMatch(
    /on all 60,000\.\n\nIt has A \\\| B\. And few\.$/,
  );
});

describe('describeBest', () => {
  it('names the winner of all searches, and counts configurations that could have won, each once', () => {
    const other = { ...search, trials: [trial(1, 0.9, { optimizer: 'adam', layers: 1 }), makePruned(2, 0.99)] };
    const better = { ...other, trials: [...other.trials, trial(3, 0.95, { optimizer: 'sgd', layers: 3 })] };
    // Trials 1 and 2 of `search` have the same hyperparameters, its fourth has no score.
    expect(describeBest({ Random: search, Other: other })).toBe(
      'Random, trial 1: 90.0 % ± 1.0 % over 2 trainings, with 1,234 weights. Being the best of 3 different configurations ' +
        'makes this score a little too good: it was chosen for being good.',
    );
    expect(describeBest({ Random: search, Other: better })).toMatch(/^Other, trial 3: 95.0 %.* best of 4 /);
  });

  it('of a lone trial, of a loss, and of a metric of its own', () => {
    const lone = [makeTrial(1, 0.41256)];
    expect(describeBest({ Grid: { trials: lone, objective: valLoss } })).toBe('Grid, trial 1: 0.413, with 100 weights.');
    const bleu = { trials: [makeTrial(1, 12.34567)], objective: { name: 'bleu', direction: 'max' } } as const;
    expect(describeBest({ Grid: bleu })).toBe('Grid, trial 1: 12.35, with 100 weights.');
  });
});

describe('describeSearch', () => {
  const whole = (id: number) =>
    makeTrial(id, 0.8, {}, { trainings: 3, histories: [makeHistory(4), makeHistory(4), makeHistory(4)] });

  it('counts trials by how they ended, trainings skipped and epochs spared', () => {
    // Two trials of 3 times 4 epochs and a pruned one of 2: 26 of 36 epochs, and two trainings never begun.
    const trials = [whole(1), makePruned(2, 0.5), makeTrial(3, Number.NaN), whole(4)];
    expect(describeSearch({ trials, objective: valAccuracy })).toBe(
      '4 trials: 2 completed, 1 pruned, 1 failed. 2 of 9 trainings were skipped. Training all in full would take 36 ' +
        'epochs; 26 were trained, 27.8 % fewer.',
    );
  });

  it('says no more than it knows', () => {
    expect(describeSearch({ trials: [whole(1), whole(2)], objective: valAccuracy })).toBe('2 trials: 2 completed.');
    // Without a completed trial nobody knows how long a whole training is.
    expect(describeSearch({ trials: [makePruned(1, 0.5)], objective: valAccuracy })).toBe('1 trial: 1 pruned.');
    expect(describeSearch({ trials: [], objective: valAccuracy })).toBe('No trial was begun yet.');
  });
});

describe('describeImportance', () => {
  const importances = [
    { name: 'l2', importance: 0.05, trials: 1 },
    { name: 'learningRate', importance: 0.5, trials: 20 },
    { name: 'units', importance: 0.25, trials: 20 },
    { name: 'dropout', importance: 0.2, trials: 20 },
  ];
  const rated = (found: typeof importances, count: number) => ({
    trials: [...Array.from({ length: count }, (_, i) => makeTrial(i + 1, 0.9)), makeTrial(count + 1, Number.NaN)],
    objective: valAccuracy,
    importance: () => found,
  });

  it('names the three largest, and warns of few trials', () => {
    const sentence = describeImportance(rated(importances, 20));
    expect(sentence).toContain(
      'The best of 20 trials differ from all of them most in **learningRate** (50.0 %), **units** (25.0 %) and ' +
        '**dropout** (20.0 %).',
    );
    expect(sentence).toContain('their order may be chance');
    expect(describeImportance(rated(importances, 200))).not.toContain('may be chance');
  });

  it('has words for one, for none and for too few trials', () => {
    expect(describeImportance(rated(importances.slice(0, 1), 20))).toContain('most in **l2** (5.0 %, from 1 trial).');
    const nothing = importances.map((share) => ({ ...share, importance: 0 }));
    for (const none of [[], nothing]) {
      expect(describeImportance(rated(none, 20))).toBe('The best trials do not differ from all in any hyperparameter.');
    }
    expect(describeImportance(rated(importances, 9))).toBe('Importances need 10 trials with a score; this search has 9.');
  });
});

describe('describeFit', () => {
  const history = (accuracy: number, valAccuracy?: number) =>
    ({ epochs: [{ epoch: 4, accuracy, valAccuracy }] }) as unknown as History;

  it.each([
    [0.99, 0.9, '9.0 points: it overfits'],
    [0.95, 0.93, '2.0 points: it begins to overfit'],
    [0.93, 0.925, '0.5 points: neither'],
    [0.8, 0.82, '−2.0 points: it underfits'],
  ])('training %d and validation %d', (accuracy, valAccuracy, reading) => {
    expect(describeFit(history(accuracy, valAccuracy))).toContain(`The gap is ${reading}`);
  });

  it('without validation', () => {
    expect(describeFit(history(0.8))).toBe(
      'After 4 epochs: training accuracy 80.0 %. Nothing was held out, so the fit cannot be judged.',
    );
  });
});

describe('describeComparison', () => {
  /** A model that gets the first `right` of 100 images. */
  const model = (name: string, right: number): EvaluatedModel => {
    const labels = new Uint8Array(100);
    const predicted = Uint8Array.from(labels, (_, i) => (i < right ? 0 : 1));
    const probabilities = new Float32Array(200);
    const rest = { probabilities, classNames: ['a', 'b'], size: 100, accuracy: right / 100, loss: 1, seconds: 1 };
    return { name, predictions: { labels, predicted, ...rest } };
  };

  it('names the better one, whichever comes first, and what chance would do', () => {
    // All 40 images that one alone gets are the CNN's; their number of 100 images is binomial: 30 to 50.
    const sentence = describeComparison([model('MLP', 50), model('CNN', 90)]);
    expect(sentence).toMatch(
      /^The CNN is better: 10 mistakes where the MLP makes 50 in 100 images, which is 40\.00 points of accuracy/,
    );
    const [, low, high] = /95 % interval ([\d.]+) to ([\d.]+)\)/.exec(sentence) as RegExpExecArray;
    expect(Math.abs(Number(low) - 30)).toBeLessThanOrEqual(1);
    expect(Math.abs(Number(high) - 50)).toBeLessThanOrEqual(1);
    expect(sentence).toContain("40 are the CNN's and 0 the MLP's: between equally good models chance");
    expect(sentence).toContain('with a probability of less than 0.001 (McNemar');
    expect(describeComparison([model('CNN', 90), model('MLP', 50)])).toBe(sentence);
  });

  it('says so where chance may be all', () => {
    // 5 images to one side: 2 / 2^5.
    const sentence = describeComparison([model('MLP', 60), model('CNN', 55)]);
    expect(sentence).toMatch(/^The MLP may be better, or lucky: 40 mistakes where the CNN makes 45/);
    expect(sentence).toMatch(/a probability of 0\.063 .* so these images do not tell them apart\.$/);
  });

  it('says so where both make as many mistakes, the same or others', () => {
    expect(describeComparison([model('MLP', 99), model('CNN', 99)])).toBe(
      'Both make 1 mistake in 100 images, on the same images.',
    );
    const other = model('CNN', 99);
    other.predictions.predicted[99] = 0;
    other.predictions.predicted[0] = 1;
    expect(describeComparison([model('MLP', 99), other])).toBe('Both make 1 mistake in 100 images, each alone right on 1.');
  });
});

describe('describeAblation', () => {
  const effect = (name: string, value: string | boolean, difference: number, low: number, high: number) => ({
    name,
    value,
    trial: 2,
    score: 0.7 + difference,
    differences: [],
    difference,
    interval: { low, high },
  });
  const base = makeTrial(1, 0.7, { batchNormalization: true, optimizer: 'adam', residual: false });
  const study = {
    objective: valAccuracy,
    folds: 3,
    executionsPerTrial: 1,
    base,
    effects: [
      effect('batchNormalization', false, -0.019, -0.026, -0.012),
      effect('residual', true, -0.004, -0.0149, 0.007),
      effect('optimizer', 'sgd', 0.021, 0.012, 0.03),
      effect('optimizer', 'adagrad', -0.0002, -0.1, 0.1),
    ],
  };

  it('tells what something that is on or off brings, whichever the base has', () => {
    expect(describeAblation(study, 'batchNormalization')).toBe(
      'With batch normalization the validation accuracy is 1.9 points higher (95 % interval 1.2 to 2.6; 3 folds, all trained ' +
        'alike)',
    );
    expect(describeAblation(study, 'residual')).toBe(
      'With residual the validation accuracy is 0.4 points lower, which may be chance (95 % interval −1.5 to 0.7; 3 folds, ' +
        'all trained alike)',
    );
  });

  it('says that two equal differences give no interval', () => {
    const equal = effect('residual', true, 0.01, Number.NaN, Number.NaN);
    expect(describeAblation({ ...study, folds: 2, effects: [equal] }, 'residual')).toBe(
      'With residual the validation accuracy is 1.0 points higher, which may be chance (no interval: two equal differences ' +
        'do not show how folds spread; 2 folds, all trained alike)',
    );
  });

  it('tells each value’s difference to the base', () => {
    expect(describeAblation({ ...study, executionsPerTrial: 2 }, 'optimizer')).toBe(
      'Against optimizer **adam**, the difference in validation accuracy in points, with 95 % intervals: **sgd** +2.1 (1.2 to ' +
        '3.0), **adagrad** 0.0 (−10.0 to 10.0); 3 folds with 2 trainings each, all trained ' +
        'alike',
    );
  });

  it('tells losses in nats, and what has no score', () => {
    const failed = { ...effect('optimizer', 'sgd', Number.NaN, Number.NaN, Number.NaN), reason: 'it diverged' };
    expect(describeAblation({ ...study, objective: valLoss, effects: [failed, study.effects[3]] }, 'optimizer')).toBe(
      'Against optimizer **adam**, the difference in valLoss, with 95 % intervals: **sgd** without a score (it diverged), ' +
        '**adagrad** −0.0002 (−0.1 to 0.1); 3 folds, all trained alike',
    );
    expect(describeAblation({ ...study, base: undefined }, 'optimizer')).toBe('the ablation has no result for `optimizer`');
    expect(describeAblation(study, 'dropout')).toBe('the ablation has no result for `dropout`');
  });
});

describe('describeGain', () => {
  /** A trial with these scores of its folds; `origin` is that of the baseline for the first. */
  const folded = (id: number, scores: number[], rest: Partial<Trial> = {}): Trial =>
    makeTrial(
      id,
      scores.reduce((sum, score) => sum + score, 0) / scores.length,
      {},
      { scores, trainings: scores.length, origin: id === 1 ? 'default' : 'oracle', ...rest },
    );
  const gainOf = (folds: number, trials: Trial[], objective: Objective = valAccuracy) =>
    describeGain({ trials, objective, folds });

  it('tells the gain with its interval where the folds tell it from luck', () => {
    // Differences 0.01, 0.02, 0.03: 0.02 ± 4.303 * 0.01 * sqrt(1/3 + 1/2), which holds 0; half the spread does not.
    const trials = [folded(1, [0.9, 0.9, 0.9]), folded(2, [0.915, 0.92, 0.925]), folded(3, [0.9, 0.9, 0.91])];
    expect(gainOf(3, trials)).toBe(
      "The search gained 2.0 points in validation accuracy over the builder's own default: trial 2 has 92.0 %, the default " +
        '(trial 1) 90.0 % (95 % interval of the gain 0.0 to 4.0 points, from 3 folds). It is flattered a little: trial 2 was ' +
        'chosen for its score.',
    );
    const tpe = { trials, objective: valAccuracy, folds: 3 };
    const random = { ...tpe, trials: [folded(1, [0.9, 0.9, 0.9])] };
    expect(describeGain({ random, 'T*PE': tpe })).toMatch(/^T\\\*PE gained 2\.0 points/);
  });

  it('says that it gained nothing that the folds can tell from luck', () => {
    const trials = [folded(1, [0.9, 0.9, 0.9]), folded(2, [0.91, 0.92, 0.93])];
    expect(gainOf(3, trials)).toBe(
      "The search gained nothing over the builder's own default that 3 folds can tell from luck: in validation accuracy trial " +
        '2 has 92.0 %, the default (trial 1) 90.0 % (95 % interval of the gain −1.9 to 5.9 points). Even that is flattered a ' +
        'little: trial 2 was chosen for its score.',
    );
  });

  it('says that two folds are too few where both are for the best trial, but no interval can be', () => {
    // Folds differ by 0.08 and 0.12: 0.1 ± 12.706 * 0.0283 * sqrt(1/2 + 1).
    expect(gainOf(2, [folded(1, [0.7, 0.7]), folded(2, [0.78, 0.82])])).toBe(
      "The search's best trial is 10.0 points ahead of the builder's own default in validation accuracy: trial 2 has 80.0 %, " +
        'the default (trial 1) 70.0 %. Both folds say so, but two are too few for a useful interval (95 %: −34.0 to 54.0 ' +
        'points). It is flattered a little: trial 2 was chosen for its score.',
    );
    expect(gainOf(2, [folded(1, [0.7, 0.7]), folded(2, [0.69, 0.82])])).toMatch(/gained nothing .* that 2 folds can tell/);
  });

  it('takes a lower loss for a gain', () => {
    const trials = [folded(1, [0.5, 0.5, 0.5]), folded(2, [0.39, 0.4, 0.41])];
    expect(gainOf(3, trials, valLoss)).toMatch(
      /gained 0\.1 in valLoss over .*: trial 2 has 0\.400, the default \(trial 1\) 0\.500 \(95 % interval of the gain 0\.061 to 0\.14, from 3 folds\)/,
    );
  });

  it('averages the executions of a fold', () => {
    const trials = [folded(1, [0.8, 0.9, 0.8, 0.9]), folded(2, [0.85, 0.91, 0.75, 0.99])];
    // Folds differ by 0 and 0.05: 0.025 ± 12.706 * 0.0354 * sqrt(1/2 + 1).
    expect(gainOf(2, trials)).toContain('(95 % interval of the gain −52.5 to 57.5 points)');
  });

  it('says that nothing beat the default', () => {
    const trials = [folded(1, [0.9, 0.92]), folded(2, [0.8, 0.9]), folded(3, [0.92, 0.9])];
    expect(gainOf(2, trials)).toBe("Nothing beat the builder's own default: of 3 trials it scores best, 91.0 % (trial 1).");
    expect(gainOf(2, trials.slice(0, 1))).toBe("The builder's own default is the only trial so far: 91.0 %.");
    const search = { trials, objective: valAccuracy, folds: 2 };
    expect(describeGain({ random: search, tpe: search })).toContain('of 6 trials it scores best');
  });

  it('has no interval of one fold, or of two equal differences', () => {
    expect(gainOf(1, [folded(1, [0.9]), folded(2, [0.92])])).toBe(
      'In validation accuracy trial 2 has 92.0 %, the default (trial 1) 90.0 %: 2.0 points better. With one hold-out there is ' +
        'no interval, and it may be luck; also, trial 2 was chosen for its score, which flatters it a little.',
    );
    expect(gainOf(2, [folded(1, [0.5, 0.75]), folded(2, [0.625, 0.875])])).toContain(
      '12.5 points better. Two equal differences do not show how folds spread, so there is no interval',
    );
  });

  it('compares on the folds that both came to in full where racing or pruning ended the default', () => {
    const best = folded(2, [0.92, 0.93, 0.99]);
    const raced = (epochs: number[], rest: Partial<Trial> = {}) =>
      folded(1, [0.9, 0.9], {
        status: 'pruned',
        reason: 'cannot win any more',
        trainings: 3,
        histories: epochs.map(makeHistory),
        ...rest,
      });
    expect(gainOf(3, [raced([4, 4]), best])).toMatch(
      /that the 2 of 3 folds that both came to can tell from luck: .* trial 2 has 92\.5 %, the default \(trial 1\) 90\.0 %/,
    );
    expect(gainOf(3, [raced([4, 2]), best])).toMatch(
      /trial 2 has 92\.0 %.*: 2\.0 points better\. Both came to one of 3 folds, so there is no interval/,
    );
    expect(gainOf(3, [raced([2]), best])).toBe(
      "The builder's own default (trial 1) was pruned after 2 of 4 epochs, so what was gained over it by the best, trial 2 " +
        'with 94.7 %, cannot be said.',
    );
    // As in Hyperband: whole as far as asked, but asked for less.
    expect(gainOf(3, [raced([1, 1], { epochs: 1 }), best])).toContain('was pruned after 1 of 4 epochs');
    expect(gainOf(3, [raced([1, 1], { epochs: 1, status: 'paused' }), best])).toContain('is paused after 1');
  });

  it('says why there is nothing to compare with', () => {
    const best = folded(2, [0.9, 0.9]);
    const failed = folded(1, [], { status: 'failed', score: Number.NaN, reason: 'no *memory*.\nat x' });
    expect(gainOf(2, [failed, best])).toContain(
      "The builder's own default (trial 1) failed (no \\*memory\\*), so what was gained",
    );
    const diverged = folded(1, [0.9, Number.NaN], { status: 'pruned', reason: 'The loss became NaN.' });
    expect(gainOf(2, [diverged, best])).toContain('has no score (The loss became NaN), so');
    expect(gainOf(2, [folded(1, [0.9], { status: 'running' }), best])).toContain('is still being trained');
    expect(gainOf(2, [best])).toContain('it was not tried (`startWithDefault: false`');
    const none = "No trial is completed with a score yet that could be compared with the builder's own default.";
    expect(gainOf(2, [])).toBe(none);
    expect(gainOf(2, [diverged])).toBe(none);
    // As it comes from a file.
    const saved = JSON.parse(JSON.stringify([diverged, best])) as Trial[];
    expect(gainOf(2, saved)).toContain('has no score');
  });
});
