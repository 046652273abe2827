import { describe, expect, it } from 'vitest';
import { createOptimizer, type OptimizerConfig } from '../../../lib/recipe/optimizers';
import * as tf from '../../../lib/tensorflow';
import { updateRuleOf } from '../../../lib/tensorflow/update-rules';

describe('updateRuleOf', () => {
  it.each(['sgd', 'adam', 'adamw', 'rmsprop', 'adagrad', 'adadelta'] as const)(
    'has inputs of one form for %s at every step',
    (kind) => {
      const optimizer = createOptimizer({ kind, learningRate: 1 });
      const rule = updateRuleOf(optimizer);
      const form = (step: number) => rule.inputs(0.1 / step, step).map((input) => typeof input);
      expect(form(1).filter((type) => type === 'string')).toHaveLength(1);
      expect(form(1000)).toEqual(form(1));
      optimizer.dispose();
    },
  );

  it('takes momentum, Nesterov and weight decay from the optimizer', () => {
    const rule = (config: OptimizerConfig) => {
      const optimizer = createOptimizer(config);
      const found = updateRuleOf(optimizer);
      optimizer.dispose();
      return found;
    };
    const sgd = { kind: 'sgd', learningRate: 1, momentum: 0.5 } as const;
    expect(rule(sgd).attributes).toEqual([['use_nesterov', 'bool', false]]);
    expect(rule({ ...sgd, nesterov: true }).attributes).toEqual([['use_nesterov', 'bool', true]]);
    expect(rule(sgd).inputs(0.1, 1)).toEqual([0.1, 'gradient', 0.5]);
    expect(rule({ kind: 'adamw', learningRate: 1, weightDecay: 0.5 }).weightDecay).toBe(0.5);
    expect(rule({ kind: 'adam', learningRate: 1 }).weightDecay).toBeUndefined();
  });

  it('names the optimizer that has no rule, and those that have one', () => {
    const adamax = tf.train.adamax(1);
    expect(() => updateRuleOf(adamax)).toThrow(/sgd.*adamw.*adadelta, but got Adamax/);
    adamax.dispose();
    expect(() => updateRuleOf(tf.train.rmsprop(1, 0.9, 0, 1e-7, true))).toThrow(/not centered/);
  });
});
