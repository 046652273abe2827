import { afterEach, describe, expect, it, vi } from 'vitest';
import { SearchFolder } from '../../../lib/search/journal/search-folder';
import { HyperbandOracle } from '../../../lib/search/oracles/hyperband';
import type { Oracle } from '../../../lib/search/oracles/oracle';
import { RandomOracle } from '../../../lib/search/oracles/random';
import { type ProposalOptions, Proposals, type SpaceDefinition } from '../../../lib/search/proposals';
import type { HyperParameterValues } from '../../../lib/search/space/hyperparameters';

const data = { classNames: [] };

/** Proposals for a search of its own, open, that has no trial yet. */
function open(define: SpaceDefinition, oracle: Oracle = new RandomOracle(), more: Partial<ProposalOptions> = {}) {
  const folder = new SearchFolder(
    undefined,
    {
      objective: { name: 'valAccuracy', direction: 'max' },
      oracle: {},
      pruners: [],
      racing: false,
      folds: 1,
      executionsPerTrial: 1,
      validationSplit: 0.2,
      seed: 0,
      given: null,
      startWithDefault: more.startWithDefault ?? false,
    },
    { overwrite: false, keepModels: 1 },
  );
  folder.open();
  const options: ProposalOptions = {
    seed: 0,
    maxTrials: 100,
    maxEpochs: Infinity,
    maxModelWeights: Infinity,
    startWithDefault: false,
    space: {},
    ...more,
  };
  const proposals = new Proposals(define, oracle, folder, options);
  const next = (epochs = 3) => proposals.next({ epochs, trainings: 1, data });
  const enqueue = (hyperparameters: HyperParameterValues) => {
    folder.record({ kind: 'enqueued', hyperparameters });
  };
  /** Says how a trial came out. */
  const tell = (trial: number, score: number, status: 'paused' | 'completed' = 'completed') => {
    folder.record({ kind: 'told', trial, score });
    folder.record({ kind: 'settled', trial, status, kept: [0] });
  };
  const withDefinition = (changed: SpaceDefinition) => new Proposals(changed, oracle, folder, options);
  return { folder, next, enqueue, tell, withDefinition };
}

const oneOfTwo: SpaceDefinition = (hp) => void hp.choice('x', [1, 2]);

afterEach(() => void vi.restoreAllMocks());

describe('an enqueued configuration that is left out', () => {
  const warnings = () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    return () => warn.mock.calls.map(([words]) => String(words));
  };

  it('was tried before', () => {
    const said = warnings();
    const { next, enqueue, folder } = open(oneOfTwo);
    enqueue({ x: 2 });
    expect(next()).toMatchObject({ hyperparameters: { x: 2 }, origin: 'user' });
    enqueue({ x: 2 });
    expect(next()).toMatchObject({ hyperparameters: { x: 1 }, origin: 'oracle' });
    expect(said()).toEqual(['The enqueued configuration {"x":2} is left out: it was tried before.']);
    expect(folder.state.queue).toEqual([]);
  });

  it('has too many weights', () => {
    const said = warnings();
    const model = (weights: number) => ({ countParams: () => weights, dispose() {} });
    const { next, enqueue } = open((hp) => model(hp.choice('weights', [10, 20])), undefined, { maxModelWeights: 15 });
    enqueue({ weights: 20 });
    expect(next()).toMatchObject({ hyperparameters: { weights: 10 }, parameters: 10 });
    expect(said()).toEqual([
      'The enqueued configuration {"weights":20} is left out: its model has 20 weights, more than maxModelWeights (15).',
    ]);
  });

  it('came when all brackets of Hyperband were full', () => {
    const said = warnings();
    const { next, enqueue, tell, folder } = open(
      (hp) => void hp.float('x', { min: 0, max: 1 }),
      new HyperbandOracle({ factor: 3 }),
    );
    for (let trial = next(); typeof trial === 'object'; trial = next()) {
      tell(trial.id, trial.id, trial.epochs < 3 ? 'paused' : 'completed');
    }
    expect(folder.state.trials).toHaveLength(5);
    enqueue({ x: 0.5 });
    expect(next()).toBe('finished');
    expect(said()).toEqual([
      'The enqueued configuration {"x":0.5} is left out: no further trial begins in this hyperband search.',
    ]);
  });

  it('is warned of where it names what the builder did not ask for, and tried all the same', () => {
    const said = warnings();
    const { next, enqueue } = open(oneOfTwo);
    enqueue({ x: 2, y: 1 });
    expect(next()).toMatchObject({ hyperparameters: { x: 2 }, origin: 'user' });
    expect(said()[0]).toMatch(/names y, which the builder did not ask for/);
  });
});

describe('maxEpochs', () => {
  it('lets a trial begin or go on only where it can be paid for', () => {
    const { next, tell, folder } = open(oneOfTwo, new HyperbandOracle({ factor: 3 }), { maxEpochs: 3 });
    const [first, second] = [next(), next()];
    expect([first, second]).toMatchObject([{ epochs: 1 }, { epochs: 1 }]);
    tell(1, 0.5, 'paused');
    tell(2, 0.6, 'paused');
    // The space has two configurations; the better one would take 2 epochs more.
    expect(next()).toBe('finished');
    expect(folder.state.trials.map(({ status }) => status)).toEqual(['pruned', 'paused']);
  });
});

describe('findChanges', () => {
  it('names what the builder asks for otherwise, anew or no longer', () => {
    const { next, withDefinition } = open((hp) => {
      hp.choice('activation', ['relu', 'tanh']);
      hp.int('units', { min: 1, max: 8 });
      hp.boolean('bias');
    });
    next();
    const changed = withDefinition((hp) => {
      hp.choice('activation', ['relu', 'tanh']);
      hp.int('units', { min: 1, max: 9 });
      hp.float('dropout', { min: 0, max: 0.5 });
    });
    expect(changed.findChanges(data)).toEqual([
      'units was a whole number from 1 to 8 and is a whole number from 1 to 9',
      'bias was true or false and is not asked for',
      'dropout was not asked for and is a number from 0 to 0.5',
    ]);
  });

  it('compares with the last trial that was defined to its end', () => {
    const { next, withDefinition } = open((hp) => {
      hp.int('units', { min: 1, max: 8 });
      if (hp.choice('x', [1, 2]) === 2) throw new Error('broken');
    });
    const trials = [next(), next()] as { hyperparameters: HyperParameterValues }[];
    expect(trials.map(({ hyperparameters }) => hyperparameters.x).sort()).toEqual([1, 2]);
    const changed = withDefinition((hp) => void hp.int('units', { min: 1, max: 9 }));
    expect(changed.findChanges(data).join()).toMatch(/^units was .* to 8 and is .* to 9,x was one of 1, 2 and is not asked for$/);
  });
});
