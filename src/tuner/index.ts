export { type Budget, type Profile, searchBudget } from './budget';
export {
  type Domain,
  describeDomain,
  HyperParameters,
  type HyperParameterValue,
  type HyperParameterValues,
} from './hyperparameters';
export { type Objective, RandomSearch, type SearchOptions } from './random-search';
export { describeSpace } from './search-space';
export type { Trial } from './trial';
