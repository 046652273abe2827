import { describe, expect, it } from 'vitest';
import { BayesianOptimization, PriorBand } from '../../../lib/search/searches';
import type { HyperParameters } from '../../../lib/search/space/hyperparameters';

const objective = { name: 'distance', direction: 'min' } as const;
const define = (hp: HyperParameters) => hp.float('x', { min: 0, max: 1, default: 0.8 });

/** What a search asks for of 9 epochs, to its end. */
function play(search: PriorBand | BayesianOptimization): { x: number; epochs: number }[] {
  const asked = [];
  for (let trial = search.ask({ epochs: 9 }); trial; trial = search.ask({ epochs: 9 })) {
    const x = define(trial.hyperparameters);
    asked.push({ x, epochs: trial.epochs });
    search.tell(trial.id, Math.abs(x - 0.7));
  }
  return asked;
}

describe('PriorBand', () => {
  it('runs all brackets of Hyperband, with configurations near the defaults', () => {
    const search = new PriorBand(define, { objective, confidence: 'high', seed: 0 });
    const asked = play(search);
    expect(search.trials).toHaveLength(9 + 5 + 3);
    expect(asked.map(({ epochs }) => epochs).filter((epochs) => epochs === 9)).toHaveLength(1 + 1 + 3);
    const near = search.trials.filter(({ hyperparameters }) => Math.abs(Number(hyperparameters.x) - 0.8) < 0.25);
    expect(near.length).toBeGreaterThan(9);
    expect(play(new PriorBand(define, { objective, factor: 2, iterations: 2, maxTrials: 12 })).length).toBeGreaterThan(12);
  });

  it('refuses a confidence that there is not', () => {
    expect(() => new PriorBand(define, { confidence: 'sure' as 'high' })).toThrow('confidence must be one of');
  });
});

describe('BayesianOptimization', () => {
  it('takes the prior of the defaults where it is asked to', () => {
    const mean = (options: { prior?: 'default'; confidence?: 'high' }) => {
      const asked = play(new BayesianOptimization(define, { objective, maxTrials: 10, seed: 0, ...options }));
      return asked.reduce((sum, { x }) => sum + Math.abs(x - 0.8), 0) / asked.length;
    };
    expect(mean({ prior: 'default', confidence: 'high' })).toBeLessThan(mean({}));
    expect(() => new BayesianOptimization(define, { confidence: 'high' })).toThrow("add prior: 'default'");
  });
});
