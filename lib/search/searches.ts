import type { ModelBuilder } from './model-builder';
import { AshaOracle } from './oracles/asha';
import { GridOracle } from './oracles/grid';
import { HyperbandOracle } from './oracles/hyperband';
import type { Confidence } from './oracles/prior';
import { PriorBandOracle } from './oracles/prior-band';
import { RandomOracle } from './oracles/random';
import { type TpeOptions, TpeOracle } from './oracles/tpe';
import type { SpaceDefinition } from './proposals';
import { Search } from './search';
import type { SearchOptions } from './search-options';

/**
 * Random search: every hyperparameter drawn independently over its domain (Bergstra and Bengio 2012, JMLR 13).
 *
 *     const search = new RandomSearch(buildMlp, { maxTrials: 10, folds: 3, seed: 0, directory: 'runs/mlp-random' });
 *     await search.run(train, { epochs: 4 });
 *     const model = buildMlp(search.bestHyperparameters(), train);
 */
export class RandomSearch extends Search {
  constructor(builder: ModelBuilder | SpaceDefinition, options?: SearchOptions) {
    super(builder, new RandomOracle(), options);
  }
}

/**
 * All combinations, the hyperparameter asked for last varying fastest; 10 values of each continuous one. `maxTrials` default:
 * all.
 */
export class GridSearch extends Search {
  constructor(builder: ModelBuilder | SpaceDefinition, options: SearchOptions = {}) {
    super(builder, new GridOracle(), { maxTrials: Number.POSITIVE_INFINITY, ...options });
  }
}

/**
 * Hyperband: many configurations for a few epochs, the best third of them for three times as many, and so on, in brackets that
 * begin with different numbers (Li et al. 2018, JMLR 18, algorithm 1). A configuration that is promoted goes on from its weights.
 *
 * `factor`: a promotion's share and growth, from 2, default 3. `iterations`: runs of all brackets, default 1. `maxTrials`
 * default: all of them.
 */
export class Hyperband extends Search {
  constructor(builder: ModelBuilder | SpaceDefinition, options: SearchOptions & { factor?: number; iterations?: number } = {}) {
    const { factor, iterations, ...others } = options;
    super(builder, new HyperbandOracle({ factor, iterations }), { maxTrials: Number.POSITIVE_INFINITY, ...others });
  }
}

/**
 * PriorBand: Hyperband that draws most configurations near the defaults of the hyperparameters, and near the best one found
 * (Mallik et al. 2023, NeurIPS). For who has good defaults in mind, and says so: `hp.float('dropout', { min: 0, max: 0.5,
 * default: 0.2 })`. A choice without a `default` has its first value, but a number or an ordered choice without one, or with the
 * lowest, is drawn uniformly.
 *
 *     const search = new PriorBand(buildMlp, { confidence: 'high', seed: 0, directory: 'runs/mlp-priorband' });
 *     await search.run(train, { epochs: 9 });
 *
 * `confidence`: how near the defaults, 'low', 'medium' (the default) or 'high'. `factor`, `iterations` and `maxTrials` as in
 * Hyperband.
 */
export class PriorBand extends Search {
  constructor(
    builder: ModelBuilder | SpaceDefinition,
    options: SearchOptions & { factor?: number; iterations?: number; confidence?: Confidence } = {},
  ) {
    const { factor, iterations, confidence, ...others } = options;
    super(builder, new PriorBandOracle({ factor, iterations, confidence }), { maxTrials: Number.POSITIVE_INFINITY, ...others });
  }
}

/**
 * ASHA: like Hyperband's brackets, but a configuration is promoted as soon as it is among the best of its rung so far, so no
 * worker waits (Li et al. 2020, "A System for Massively Parallel Hyperparameter Tuning", algorithm 2).
 *
 * `factor`: from 2, default 3. `minEpochs`: epochs of the first rung, default 1.
 */
export class Asha extends Search {
  constructor(builder: ModelBuilder | SpaceDefinition, options: SearchOptions & { factor?: number; minEpochs?: number } = {}) {
    const { factor, minEpochs, ...others } = options;
    super(builder, new AshaOracle({ factor, minEpochs }), others);
  }
}

/**
 * Bayesian optimization by tree-structured Parzen estimators (Bergstra et al. 2011, "Algorithms for Hyper-Parameter
 * Optimization", section 4), which learns where the good configurations are.
 *
 * `startupTrials`: random ones before that, default 10. `prior: 'default'`: begins near the defaults of the hyperparameters, as
 * near as `confidence` says, 'low', 'medium' (the default) or 'high'; default 'uniform'.
 */
export class BayesianOptimization extends Search {
  constructor(builder: ModelBuilder | SpaceDefinition, options: SearchOptions & TpeOptions = {}) {
    const { startupTrials, prior, confidence, ...others } = options;
    super(builder, new TpeOracle({ startupTrials, prior, confidence }), others);
  }
}
