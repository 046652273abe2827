import { experimentProgress } from '../experiments/progress';
import { trainingProgress } from '../training/progress';
import { searchProgress } from '../tuner/search-progress';
import { ExperimentView } from './experiment-view';
import { showProgress } from './progress';
import { SearchView } from './search-view';
import { TrainingView } from './training-view';

export type { RunRecord } from './provenance';
export { recordRun } from './record-run';
export { type ModelResult, type Results, recordResults } from './results';
export {
  describeAblation,
  describeBest,
  describeBudget,
  describeComparison,
  describeCuts,
  describeDataset,
  describeEffect,
  describeFit,
  describeGain,
  describeImportance,
  describeSearch,
} from './sentences';
export { type Html, type Markdown, markdown, show } from './show';
export type { TableOptions } from './table-view';
export * as tables from './tables';

trainingProgress.showWith(showProgress(() => new TrainingView()));
searchProgress.showWith(showProgress((search) => new SearchView(search)));
experimentProgress.showWith(showProgress(() => new ExperimentView()));
