export { bestSearch } from './best-search';
export { defaultHyperparameters } from './default-hyperparameters';
export { defaultWorkers } from './default-workers';
export type { RemoteWorkers } from './executors/machines/remote-workers';
export type { CallbackFactory } from './executors/training-job';
export { FatalError } from './fatal-error';
export { canRateImportance, type HyperparameterImportance, hyperparameterImportance } from './importance';
export type { Objective } from './objective';
export type { Decision, Oracle, SearchView } from './oracles/oracle';
export type { Confidence } from './oracles/prior';
export { medianPruner } from './pruners/median';
export { patiencePruner } from './pruners/patience';
export type { Pruner } from './pruners/pruner';
export { type Asked, type RunOptions, Search, type SearchOptions } from './search';
export { Asha, BayesianOptimization, GridSearch, Hyperband, PriorBand, RandomSearch } from './searches';
export { type Domain, describeDomain } from './space/domain';
export {
  HyperParameters,
  type HyperParameterValue,
  type HyperParameterValues,
  type SpaceOptions,
} from './space/hyperparameters';
export { describeSpace, type SearchSpace } from './space/search-space';
export type { Trial } from './trial';
