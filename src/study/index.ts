export { type ExperimentBudget, experimentBudget, type SearchBudget, searchBudget } from './budget';
export type { Profile } from './profiles';
