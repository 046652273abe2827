import { reportProgressTo } from '../training/progress';
import { showProgress } from './progress';

export { type ModelResult, type Results, recordResults } from './results';
export {
  describeBest,
  describeBudget,
  describeComparison,
  describeDataset,
  describeEffect,
  describeFit,
  describeImportance,
  describeSearch,
} from './sentences';
export { type Markdown, markdown, show } from './show';
export type { TableOptions } from './table-view';
export * as tables from './tables';

reportProgressTo(showProgress);
