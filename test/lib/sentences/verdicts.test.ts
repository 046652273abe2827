import { describe, expect, it } from 'vitest';
import type { EvaluatedModel } from '../../../lib/evaluation/model-comparison';
import type { AblationResults } from '../../../lib/experiments/ablation';
import type { RobustnessPoint } from '../../../lib/experiments/robustness';
import { compileModel } from '../../../lib/recipe/compile';
import type { HyperParameterValue } from '../../../lib/search/space/hyperparameters';
import { describeAugmentation } from '../../../lib/sentences/describe-augmentation';
import { describeFinding, describeFindings } from '../../../lib/sentences/describe-finding';
import { type ComparedModel, describeModels } from '../../../lib/sentences/describe-models';
import { describeTrainedAlike } from '../../../lib/sentences/describe-trained-alike';
import { Stack } from '../../../src/models/stack';
import { AUGMENTATION } from '../../../src/study/profiles';
import { makeSure } from '../evaluation/made-predictions';
import { makeTrial } from '../figures/fixtures';

/** A model that reads all of 100 images rightly but those from `from` to `to`, `to` left out. */
function model(name: string, from: number, to: number): EvaluatedModel {
  const labels = Array.from({ length: 100 }, (_, i) => i % 2);
  const predicted = labels.map((label, i) => (i >= from && i < to ? 1 - label : label));
  return { name, predictions: makeSure(labels, predicted) };
}

describe('describeTrainedAlike', () => {
  const compare = (winner: EvaluatedModel, baseline: EvaluatedModel) =>
    describeTrainedAlike({ winner: { evaluated: winner }, baseline: { evaluated: baseline } });

  it('says that the search gained nothing where its winner is the default', () => {
    const only = { evaluated: model('winner', 0, 5) };
    expect(describeTrainedAlike({ winner: only, baseline: only })).toBe(
      'No trial was better than the default, so the default is the winner, and one training stands for both: **the search ' +
        'gained nothing.**',
    );
  });

  it('tells the gain where chance does not explain it', () => {
    const sentence = compare(model('winner', 0, 10), model('default', 0, 20));
    expect(sentence).toMatch(/^The winner is better: 10 mistakes where the default makes 20 in 100 images/);
    expect(sentence).toMatch(
      / \*\*Trained alike, the search gained 10\.00 points over the default\*\*, from one training of each\.$/,
    );
  });

  it('tells what a search lost, and what to check', () => {
    const sentence = compare(model('winner', 0, 20), model('default', 0, 10));
    expect(sentence).toMatch(/^The default is better: 10 mistakes where the winner makes 20/);
    expect(sentence).toContain(
      '**Trained alike, the search lost 10.00 points to the default:** what was best in its short trainings is not best in ' +
        'this long one.',
    );
    expect(sentence).toMatch(/Check whether the lines of the trials still cross at the end, and give the search more/);
  });

  it.each([
    ['more', model('winner', 0, 5), model('default', 0, 10), /^The winner may be better, or lucky/],
    ['fewer', model('winner', 0, 10), model('default', 0, 5), /^The default may be better, or lucky/],
    ['as many', model('winner', 0, 9), model('default', 50, 59), /^Both make 9 mistakes .* each alone right on 9/],
  ])('claims no gain that may be luck: %s', (_what, winner, baseline, begins) => {
    const sentence = compare(winner, baseline);
    expect(sentence).toMatch(begins);
    expect(sentence).toMatch(
      / \*\*Trained alike, the search gained nothing over the default that these images can tell from luck\.\*\*$/,
    );
  });

  it('sees a default that was saved twice', () => {
    expect(compare(model('MLP', 0, 7), model('MLP default', 0, 7))).toBe(
      'Both make 7 mistakes in 100 images, on the same images. **The search gained nothing:** winner and default say the same ' +
        'of every image, as they do where the default is the winner.',
    );
  });
});

function compared(
  name: string,
  evaluated: EvaluatedModel,
  { weights = 1000, seconds = 12, epochs = 4, trainSize = 5000 } = {},
): ComparedModel {
  const records = Array.from({ length: epochs }, (_, i) => ({
    epoch: i + 1,
    loss: 1,
    accuracy: 0.5,
    seconds: 1,
    learningRate: 0.1,
  }));
  const history = { epochs: records, seconds, trainSize, validationSize: 10, batchSize: 64, seed: 0 };
  return { name, weights, evaluated, history };
}

/** Accuracy with an interval of ± `half`. */
const point = (name: string, strength: number, accuracy: number, half = 0.01): RobustnessPoint => ({
  name,
  corruption: 'shift',
  strength,
  accuracy,
  interval: { low: accuracy - half, high: accuracy + half },
});

describe('describeModels', () => {
  const mlp = compared('MLP', model('MLP', 0, 20), { weights: 283_183 });
  const cnn = compared('CNN', model('CNN', 0, 10), { weights: 62_991, seconds: 42, epochs: 6 });
  const shifted = (mlpLoss: number, cnnLoss: number, half?: number) => [
    ...[point('MLP', 0, 0.8, half), point('CNN', 0, 0.9, half)],
    ...[point('MLP', 4, 0.8 - mlpLoss, half), point('CNN', 4, 0.9 - cnnLoss, half)],
    ...[point('MLP', 2, 0.1), point('CNN', 2, 0.1)],
  ];
  const CHECK =
    'Before believing that convolutions do not help here, check: do the validation curves of the CNN still rise at the last ' +
    "epoch? Was its search as long as the MLP's, in time and in steps? Is its best trial better than the MLP's on as many " +
    'images?';
  const THEORY =
    '- **What theory expects.** A convolution knows that neighbouring pixels belong together and that a stroke is the same ' +
    'everywhere, so the CNN should be ahead.';

  it('tells weights, time and shifts, and that the CNN is ahead where it is', () => {
    expect(describeModels(mlp, cnn, shifted(0.4, 0.25)).split('\n')).toEqual([
      '- **Weights.** The MLP has 283,183, the CNN 62,991: 4.5 times as many for the MLP.',
      '- **Time.** An epoch of the final training took the MLP 3 s and the CNN 7 s, on 5,000 images: 2.3 times as long for the ' +
        'CNN. The MLP was trained for 4 epochs, the CNN for 6 epochs.',
      '- **Shifted images.** Moving test images by four pixels costs the MLP 40.0 points and the CNN 25.0: 15.0 points less ' +
        'for the CNN, as one would expect of weights that are the same everywhere.',
      `${THEORY} In this run it is.`,
    ]);
  });

  it('says that a run contradicts theory where the MLP is better', () => {
    const lines = describeModels(compared('MLP', model('MLP', 0, 10)), compared('CNN', model('CNN', 0, 20)));
    expect(lines.split('\n').at(-1)).toBe(`${THEORY} **This run contradicts it.** ${CHECK}`);
  });

  it.each([
    ['more', model('CNN', 0, 8)],
    ['fewer', model('CNN', 0, 12)],
  ])('says that it does not show it where the two are not apart: %s', (_what, evaluated) => {
    const lines = describeModels(compared('MLP', model('MLP', 0, 10)), compared('CNN', evaluated)).split('\n');
    expect(lines.at(-1)).toBe(`${THEORY} **This run does not show it:** the difference between the two may be luck. ${CHECK}`);
    // Without shifted images that point is left out.
    expect(lines).toHaveLength(3);
  });

  it('says that both make as many mistakes where they do', () => {
    const lines = describeModels(compared('MLP', model('MLP', 0, 10)), compared('CNN', model('CNN', 10, 20)));
    expect(lines).toContain(`**This run does not show it:** both make as many mistakes. ${CHECK}`);
  });

  it('leaves shifts out where one of the four accuracies is missing', () => {
    for (const left of [0, 1, 2, 3]) {
      const points = shifted(0.4, 0.25).filter((_, i) => i !== left);
      expect(describeModels(mlp, cnn, points)).not.toContain('Shifted images');
    }
    const turned = shifted(0.4, 0.25).map((each) => ({ ...each, corruption: 'rotation' }) as const);
    expect(describeModels(mlp, cnn, turned)).not.toContain('Shifted images');
  });

  it('reads a shift that costs the CNN more, and one that tells nothing', () => {
    expect(describeModels(mlp, cnn, shifted(0.25, 0.4))).toContain(
      'costs the MLP 25.0 points and the CNN 40.0: 15.0 points more for the CNN, although its filters are the same everywhere: ' +
        'the dense layers behind them are not.',
    );
    // Four intervals of ± 2 points: less than 4 points are nothing.
    expect(describeModels(mlp, cnn, shifted(0.25, 0.215, 0.02))).toContain(
      'costs the MLP 25.0 points and the CNN 21.5: too near to each other to tell them apart.',
    );
    expect(describeModels(mlp, cnn, shifted(0.25, 0.205, 0.02))).toContain('4.5 points less for the CNN');
    expect(describeModels(mlp, cnn, shifted(-0.004, -0.0001))).toContain('costs the MLP −0.4 points and the CNN 0.0: too near');
  });

  it('compares times for each image where the numbers of images differ', () => {
    const few = compared('CNN', model('CNN', 0, 10), { seconds: 4, epochs: 1, trainSize: 2500 });
    const lines = describeModels(compared('MLP', model('MLP', 0, 20), { weights: 950 }), few).split('\n');
    expect(lines[0]).toBe('- **Weights.** The MLP has 950, the CNN 1,000: about as many.');
    // 3 s for 5,000 images and 4 s for 2,500.
    expect(lines[1]).toBe(
      '- **Time.** An epoch of the final training took the MLP 3 s and the CNN 4 s, on 5,000 and 2,500 images: for each image, ' +
        '2.7 times as long for the CNN. The MLP was trained for 4 epochs, the CNN for 1 epoch.',
    );
  });

  it('names the budget that each was given, where it is known', () => {
    const told = (first: number, second: number) =>
      describeModels({ ...mlp, seconds: first }, { ...cnn, seconds: second }).split('\n')[1];
    expect(told(80, 240)).toBe(
      "- **Budget.** Searches and the winner's training took 80 s of computing for the MLP and 4.0 min for the CNN, added up " +
        'over workers: 3.0 times as long for the CNN.',
    );
    expect(told(80, 0)).toContain('**Time.**');
  });

  it('tells short and long times', () => {
    const time = (first: number, second: number) =>
      describeModels(
        compared('MLP', model('MLP', 0, 20), { seconds: first }),
        compared('CNN', model('CNN', 0, 20), { seconds: second }),
      ).split('\n')[1];
    expect(time(0.1704, 0.172)).toContain('took the MLP 0.043 s and the CNN 0.043 s, on 5,000 images: about as long.');
    expect(time(500, 50)).toContain('took the MLP 125 s and the CNN 13 s, on 5,000 images: 10.0 times as long for the MLP.');
    expect(time(0, 50)).toContain('took the MLP 0 s and the CNN 13 s, on 5,000 images. Both were trained for 4 epochs.');
  });
});

describe('describeFinding', () => {
  const effect = (
    name: string,
    value: HyperParameterValue,
    difference: number,
    low = difference - 0.005,
    high = difference + 0.005,
  ) => ({ name, value, trial: 2, score: 0.7 + difference, differences: [], difference, interval: { low, high } });
  const base = makeTrial(1, 0.7, {
    batchNormalization: true,
    schedule: 'cosineAnnealing',
    optimizer: 'adam',
    activation: 'sigmoid',
  });
  const ablation = (...effects: ReturnType<typeof effect>[]): AblationResults => ({
    objective: { name: 'valAccuracy', direction: 'max' },
    folds: 3,
    executionsPerTrial: 1,
    base,
    effects,
  });
  const CONTRADICTS =
    '**This contradicts what theory leads one to expect.** Check first whether the trainings were long enough, and whether the ' +
    'learning rate, which was chosen for the winner as it is, suits both.';
  const BEATEN = 'and chance hardly explains it: a search tries few of all combinations.';

  it('of several models lists what was measured, and names those of which nothing was', () => {
    const varied = { ablation: ablation(effect('dropout', 0.3, -0.02)), hyperparameter: 'dropout' };
    const other = { ablation: ablation(effect('schedule', 'constant', 0.1)), hyperparameter: 'dropout' };
    expect(describeFindings({ MLP: varied, 'C|N*N': other })).toBe(
      `- ${describeFinding('MLP', varied.ablation, 'dropout')}\n- Not measured of the C\\|N\\*N: no ablation changed it.`,
    );
    expect(describeFindings({ MLP: varied, CNN: varied }).split('\n')).toHaveLength(2);
    const none = { ablation: undefined, hyperparameter: 'dropout' };
    expect(describeFindings({ MLP: none, CNN: other })).toBe('- Not measured of the MLP and the CNN: no ablation changed it.');
  });

  it('says what was not measured', () => {
    const missing = '**CNN:** not measured, since the ablation did not change it.';
    expect(describeFinding('CNN', undefined, 'dropout')).toBe(missing);
    expect(describeFinding('CNN', ablation(), 'dropout')).toBe(missing);
    expect(describeFinding('CNN', ablation(effect('schedule', 'constant', 0.1)), 'dropout')).toBe(missing);
    const begun = { ...ablation(effect('dropout', 0.3, 0.1)), base: undefined };
    expect(describeFinding('CNN', begun, 'dropout')).toBe(missing);
    expect(describeFinding('C|N*N', undefined, 'dropout')).toMatch(/^\*\*C\\\|N\\\*N:\*\*/);
  });

  it('says that theory is met', () => {
    expect(describeFinding('MLP', ablation(effect('batchNormalization', false, -0.02)), 'batchNormalization')).toBe(
      '**MLP:** With batch normalization the validation accuracy is 2.0 points higher (95 % interval 1.5 to 2.5; 3 folds, all ' +
        'trained alike). That is what theory leads one to expect.',
    );
  });

  it('takes a variant that did not learn at all for no evidence of theory', () => {
    const found = describeFinding('MLP', ablation(effect('batchNormalization', false, -0.6)), 'batchNormalization');
    expect(found).toMatch(
      /the validation accuracy is 60\.0 points higher .*With \*\*false\*\* the model learned next to nothing/,
    );
    expect(found).toContain('little of what `batchNormalization` is worth. Tune the rate anew to know.');
    expect(found).not.toContain('theory');
    // Half of the base's 70 % is the least that counts.
    expect(describeFinding('MLP', ablation(effect('batchNormalization', false, -0.35)), 'batchNormalization')).toContain(
      'theory',
    );
  });

  it('says that the evidence is thin', () => {
    const one = ablation(effect('batchNormalization', false, -0.002));
    expect(describeFinding('MLP', one, 'batchNormalization')).toMatch(
      /\. The evidence is thin: the interval holds 0, so this run says nothing for or against\.$/,
    );
    const two = ablation(effect('optimizer', 'sgd', -0.002), effect('optimizer', 'rmsprop', 0.001));
    expect(describeFinding('MLP', two, 'optimizer')).toMatch(
      /all trained alike\. The evidence is thin: every interval holds 0, so this run says nothing/,
    );
  });

  it('takes NaN intervals, and changes without a score, for no evidence', () => {
    const none = effect('batchNormalization', false, 0.05, Number.NaN, Number.NaN);
    expect(describeFinding('MLP', ablation(none), 'batchNormalization')).toMatch(
      /The evidence is thin: there is no interval, so this run says nothing for or against\.$/,
    );
    const failed = { ...effect('optimizer', 'sgd', Number.NaN), reason: 'it diverged' };
    const found = describeFinding('MLP', ablation(failed, effect('optimizer', 'rmsprop', -0.02)), 'optimizer');
    expect(found).toMatch(/\*\*sgd\*\* without a score \(it diverged\), \*\*rmsprop\*\* −2\.0 \(−2\.5 to −1\.5\)/);
    expect(found).not.toMatch(/thin|contradicts|NaN|better/);
  });

  it('says that batch normalization which hurts beyond chance contradicts theory, and that the winner is beaten', () => {
    const found = describeFinding('CNN', ablation(effect('batchNormalization', false, 0.02)), 'batchNormalization');
    expect(found).toBe(
      '**CNN:** With batch normalization the validation accuracy is 2.0 points lower (95 % interval −2.5 to −1.5; 3 folds, ' +
        `all trained alike). ${CONTRADICTS} One change makes the winner better, ${BEATEN}`,
    );
  });

  it('sees a contradiction also where the change does worse', () => {
    // The base has sigmoids, and ReLU is worse.
    const found = describeFinding('CNN', ablation(effect('activation', 'relu', -0.02)), 'activation');
    expect(found).toContain(CONTRADICTS);
    expect(found).not.toContain('winner better');
  });

  it('counts the changes that beat the winner where theory expects nothing', () => {
    const found = describeFinding(
      'MLP',
      ablation(effect('optimizer', 'sgd', 0.02), effect('optimizer', 'rmsprop', 0.03), effect('optimizer', 'adagrad', 0)),
      'optimizer',
    );
    expect(found).toMatch(new RegExp(`alike\\. 2 changes make the winner better, ${BEATEN}$`));
    expect(found).not.toContain('theory');
  });

  it('does not take one schedule for another', () => {
    const found = describeFinding(
      'MLP',
      ablation(effect('schedule', 'stepDecay', 0.02), effect('schedule', 'constant', 0.001)),
      'schedule',
    );
    expect(found).not.toContain('theory');
    const constant = ablation(effect('schedule', 'stepDecay', 0.001), effect('schedule', 'constant', 0.02));
    expect(describeFinding('MLP', constant, 'schedule')).toContain(CONTRADICTS);
  });

  it('knows that less is better of a loss', () => {
    const losses: AblationResults = {
      ...ablation(effect('batchNormalization', false, 0.2)),
      objective: { name: 'valLoss', direction: 'min' },
    };
    expect(describeFinding('MLP', losses, 'batchNormalization')).toMatch(
      /With batch normalization the valLoss is 0\.2 lower .*\. That is what theory leads one to expect\.$/,
    );
    const beaten = { ...losses, effects: [effect('batchNormalization', false, -0.2)] };
    expect(describeFinding('MLP', beaten, 'batchNormalization')).toMatch(
      /This contradicts what theory .* One change makes the winner better/,
    );
  });
});

describe('describeAugmentation', () => {
  it('says of each model how far its training images were varied, or that they were not', () => {
    const compile = (augmentation?: typeof AUGMENTATION) =>
      compileModel(new Stack().input([784]).output(2), {
        optimizer: { kind: 'sgd', learningRate: 0.1 },
        ...(augmentation && { augmentation }),
      });
    const [varied, plain] = [compile(AUGMENTATION), compile()];
    expect(describeAugmentation({ MLP: varied, CNN: plain })).toBe(
      'The MLP was trained on images that were turned by up to 5°, moved by up to 0.84 pixels, scaled by up to 5 %, slanted by ' +
        'up to 8 %; the CNN was trained on images as they are.',
    );
    for (const model of [varied, plain]) model.dispose();
  });
});
