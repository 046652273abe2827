import { describe, expect, it } from 'vitest';
import type { EvaluatedModel } from '../../../lib/evaluation/model-comparison';
import type { AblationResults } from '../../../lib/experiments/ablation';
import { describeCalibration } from '../../../lib/sentences/describe-calibration';
import { describeClasses } from '../../../lib/sentences/describe-classes';
import { describeAbstract, describeConclusion, type StudiedModel } from '../../../lib/sentences/describe-study';
import { makePredictions, makeSure } from '../evaluation/made-predictions';
import { makeTrial, valAccuracy } from '../figures/fixtures';

/** A model that reads all of 100 images of three classes rightly but those from `from` to `to`, `to` left out. */
function judged(name: string, from: number, to: number): EvaluatedModel {
  const labels = Array.from({ length: 100 }, (_, i) => i % 3);
  const predicted = labels.map((label, i) => (i >= from && i < to ? (label + 1) % 3 : label));
  return { name, predictions: makeSure(labels, predicted, ['0', 'O', 'X']) };
}

const search = (trials: number, folds: number) => ({
  objective: valAccuracy,
  folds,
  trials: Array.from({ length: trials }, (_, i) => makeTrial(i + 1, 0.5)),
});

function ablated(...differences: readonly (readonly [name: string, difference: number, half?: number])[]): AblationResults {
  return {
    objective: valAccuracy,
    folds: 3,
    executionsPerTrial: 1,
    base: makeTrial(1, 0.7),
    effects: differences.map(([name, difference, half = 0.005]) => ({
      name,
      value: 0,
      trial: 2,
      score: 0.7 + difference,
      differences: [],
      difference,
      interval: { low: difference - half, high: difference + half },
    })),
  };
}

const studied = (name: string, winner: EvaluatedModel, baseline: EvaluatedModel, rest: Partial<StudiedModel> = {}) => ({
  name,
  winner,
  baseline,
  weights: name === 'MLP' ? 2000 : 1000,
  searches: { 'Random search': search(12, 2), PriorBand: search(31, 2) },
  ...rest,
});

const DATA = { name: 'letters', classNames: ['0', 'O', 'X'], train: { size: 1000 }, test: { size: 100 } };
const mlp = studied('MLP', judged('MLP', 0, 40), judged('MLP default', 0, 70));
const cnn = studied('CNN', judged('CNN', 0, 10), judged('CNN default', 0, 12));

describe('describeAbstract', () => {
  it('tells what was asked, searched and found', () => {
    const near = { name: '3 nearest of 50 images', predictions: judged('', 0, 60).predictions };
    expect(describeAbstract(DATA, [mlp, cnn], [near])).toBe(
      'How well do an MLP and a CNN read handwritten characters after a search of their hyperparameters, and does the search ' +
        'pay? Both were searched and trained on images of **letters** (1,000 training images, 3 classes) and judged once, at ' +
        'the end, on its 100 test images. The searches tried for the MLP 12 configurations by random search with 2-fold ' +
        'cross-validation, 31 by PriorBand; for the CNN 12 configurations by random search with 2-fold cross-validation, 31 ' +
        'by PriorBand. The first of each was a default that nobody tuned. The CNN reads 90.00 % (95 % interval 82.6 to 94.5) ' +
        'of the test images rightly and the MLP 60.00 % (95 % interval 50.2 to 69.1): the 30.00 points between them (21.00 to ' +
        "40.00) are more than chance in drawing the images explains (McNemar's exact test, p < 0.001). Trained alike, " +
        'once each, the MLP that won its searches is 30.00 points better than its default (p < 0.001). Trained alike, once ' +
        'each, the CNN that won its searches and its default cannot be told apart by these images (+2.00 points, p = 0.500). ' +
        'For comparison, without any search: 3 nearest of 50 images 40.00 %. All of it is one run; another seed may give other ' +
        'winners.',
    );
  });

  it('puts the better one first, whichever it is, and claims no difference that may be luck', () => {
    const ahead = describeAbstract(DATA, [studied('MLP', judged('MLP', 0, 3), judged('', 0, 3)), cnn]);
    expect(ahead).toContain('The MLP reads 97.00 % (95 % interval 91.5 to 99.0) of the test images rightly and the CNN 90.00 %');
    const level = describeAbstract(DATA, [studied('MLP', judged('MLP', 5, 14), judged('', 5, 14)), cnn]);
    expect(level).toMatch(/and the CNN 90\.00 % \([^)]*\): these images do not tell the two apart \(McNemar's exact test, p = /);
    expect(level).toContain('For the MLP no configuration was better than the default.');
  });

  it('tells what a search lost, a hold-out, and a search without trials', () => {
    const lost = studied('CNN', judged('CNN', 0, 40), judged('', 0, 10), { searches: { 'Random search': search(0, 1) } });
    const told = describeAbstract(DATA, [mlp, lost]);
    expect(told).toContain('the CNN that won its searches is 30.00 points worse than its default (p < 0.001).');
    expect(told).toContain('for the CNN 0 configurations by random search with a hold-out. The first');
    expect(told).not.toContain('For comparison');
  });
});

describe('describeConclusion', () => {
  const paragraphs = (...models: [StudiedModel, StudiedModel]) => describeConclusion(models).split('\n\n');

  it('says what to take, what paid, what mattered and what is left', () => {
    const both = [
      { ...mlp, ablation: ablated(['dropout', 0.02], ['schedule', -0.001], ['optimizer', -0.1, 0.02]) },
      { ...cnn, ablation: ablated(['dropout', 0.001]) },
    ] as const;
    expect(paragraphs(...both)).toEqual([
      'On these images the **CNN** reads 30.00 points more of them rightly than the MLP, and chance in drawing them does not ' +
        'explain it. It is the one to take where accuracy is what counts.',
      'Trained alike, once each, the MLP that won its searches is 30.00 points better than its default (p < 0.001). Trained ' +
        'alike, once each, the CNN that won its searches and its default cannot be told apart by these images (+2.00 points, ' +
        'p = 0.500).',
      "Of 3 single changes to the MLP's winner 2 moved its validation accuracy beyond chance: optimizer 0 (−10.0), dropout 0 " +
        "(+2.0). Of 1 single change to the CNN's winner none moved its score beyond chance.",
      'The CNN makes 10 mistakes in 100 images. The 3 pairs most often confused, 0 and O; 0 and X; O and X, are 100.0 % of ' +
        'them. Hardest is 0: 88.2 % of its images are read rightly.',
    ]);
  });

  it('sets the better winner beside the best of what no search touched', () => {
    const reference = (name: string, wrong: number) => ({ name, predictions: judged('', 0, wrong).predictions });
    const told = (...references: EvaluatedModel[]) => describeConclusion([mlp, cnn], references).split('\n\n')[1];
    expect(told(reference('near', 60), reference('preset', 30))).toContain(
      'Without any search the preset reads 70.00 %: the CNN is 20.00 points better (p < 0.001).',
    );
    expect(told(reference('preset', 9))).toContain(
      'the preset reads 91.00 %: the CNN cannot be told from it by these images (−1.00 points) (p = 1.000).',
    );
    expect(told()).not.toContain('Without any search');
  });

  it('prefers none that these images do not prefer, and names the lighter', () => {
    const [choice] = paragraphs(studied('MLP', judged('MLP', 5, 14), judged('', 0, 9)), cnn);
    expect(choice).toBe(
      'These images give no reason to prefer the MLP or the CNN. The **CNN** has fewer weights (1,000 against 2,000).',
    );
  });

  it('claims nothing of ablations that are missing, failed or without intervals', () => {
    const failed = { ...cnn, ablation: ablated(['dropout', Number.NaN, Number.NaN]) };
    expect(paragraphs(mlp, failed)[2]).toBe(
      'Of the MLP no single change was measured. Of the CNN no single change was measured.',
    );
  });

  it('names the three largest of many changes', () => {
    const many = { ...mlp, ablation: ablated(['a', 0.02], ['b', -0.05], ['c', 0.03], ['d', 0.04]) };
    expect(paragraphs(many, cnn)[2]).toContain('beyond chance, most of all b 0 (−5.0), d 0 (+4.0), c 0 (+3.0).');
  });

  it('tells of no pairs where nothing is wrong, and of one where there are two classes', () => {
    const perfect = studied('CNN', judged('CNN', 0, 0), judged('', 0, 0));
    expect(paragraphs(mlp, perfect)[3]).toBe('The CNN reads all 100 test images rightly.');
    const two = (wrong: number): EvaluatedModel => {
      const labels = Array.from({ length: 100 }, (_, i) => i % 2);
      return {
        name: '',
        predictions: makeSure(
          labels,
          labels.map((label, i) => (i < wrong ? 1 - label : label)),
        ),
      };
    };
    const [, , , left] = paragraphs(studied('MLP', two(9), two(9)), studied('CNN', two(4), two(4)));
    expect(left).toBe(
      'The CNN makes 4 mistakes in 100 images. The pair most often confused, a and b, is 100.0 % of them. Hardest is a: 96.0 % ' +
        'of its images are read rightly.',
    );
  });
});

describe('describeClasses', () => {
  it('tells letters of both cases in one class, and look-alikes, by the names of the classes alone', () => {
    expect(
      describeClasses({ classNames: ['0', '1', 'A', 'C', 'I', 'O', 'a'], labels: Uint8Array.from([0, 1, 2, 3, 4, 5, 6]) }),
    ).toBe(
      'Each class has 1 image. 3 of the 4 capitals have no class of small letters beside them (C, I, O): one class holds both ' +
        'cases, which look alike. ' +
        'Some classes are told apart by the word around them, which no model sees here: 0 and O; 1 and I.',
    );
  });

  it('claims nothing of digits, nor of capitals alone', () => {
    expect(describeClasses({ classNames: Array.from('012'), labels: Uint8Array.from([0, 1, 1, 2, 2, 2]) })).toBe(
      'The classes have from 1 (0) to 3 images (2).',
    );
    expect(describeClasses({ classNames: Array.from('ACX'), labels: Uint8Array.from([0, 1, 2]) })).toBe(
      'Each class has 1 image.',
    );
  });
});

describe('describeCalibration', () => {
  const sure = (confidence: number, right: number): EvaluatedModel => {
    const labels = Array.from({ length: 100 }, (_, i) => Number(i >= right));
    return {
      name: 'MLP',
      predictions: makePredictions(
        labels.map(() => [confidence, 1 - confidence]),
        labels,
        ['a', 'b'],
      ),
    };
  };

  it.each([
    [0.99, 80, 'a probability of 99.0 % on average, and 80.0 % are right: it is surer than it should be.'],
    [0.6, 80, 'a probability of 60.0 % on average, and 80.0 % are right: it is less sure than it could be.'],
    [0.78, 80, 'a probability of 78.0 % on average, and 80.0 % are right: on the whole that fits.'],
  ])('reads %s beside %s of 100', (confidence, right, reading) => {
    expect(describeCalibration([sure(confidence, right)])).toBe(`The MLP gives its answers ${reading}`);
  });
});
