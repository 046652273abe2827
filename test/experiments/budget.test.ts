import { expect, it } from 'vitest';
import { experimentBudget } from '../../src/experiments';
import type { Profile } from '../../src/tuner';

it('every budget can be carried out', () => {
  for (const model of ['mlp', 'cnn'] as const) {
    for (const profile of ['small', 'quick', 'full'] as const) {
      const { ablation, trainSizes } = experimentBudget(model, profile);
      expect(ablation.folds).toBeGreaterThanOrEqual(2);
      if (!trainSizes) continue;
      expect(trainSizes.executions).toBeGreaterThanOrEqual(2);
      // A fifth is held out.
      expect(Math.max(...trainSizes.sizes)).toBeLessThanOrEqual(0.8 * trainSizes.images);
    }
  }
  expect(experimentBudget('cnn', 'full').trainSizes).toBeDefined();
  expect(() => experimentBudget('mlp', 'huge' as Profile)).toThrow('but got "huge"');
});
