import type { HyperParameterValues } from '../search/space/hyperparameters';
import { renderTable } from '../tables/table-view';
import { display } from './kernel';

/** MIME type under which results stand in an executed notebook, for programs to read. */
export const RESULTS_TYPE = 'application/vnd.inkwell.results+json';

/** What a run found out, for the summary beside the reports. */
export interface Results {
  readonly dataset: string;
  readonly models: readonly ModelResult[];
}

/** How one model did on the test images. */
export interface ModelResult {
  readonly name: string;
  /** Share of test images classified rightly, 0 to 1. */
  readonly testAccuracy: number;
  /** Mean cross-entropy on the test images, in nats. */
  readonly testLoss: number;
  readonly hyperparameters: HyperParameterValues;
  /** Time of search and training. */
  readonly seconds: number;
}

/** Shows a run's results as a table and stores them in the notebook: `npm start` collects them in `reports/summary.json`. */
export function recordResults(results: Results): void {
  for (const { name, testAccuracy } of results.models) {
    if (!(testAccuracy >= 0 && testAccuracy <= 1)) {
      throw new RangeError(`testAccuracy of "${name}" must be a share from 0 to 1, but got ${testAccuracy}.`);
    }
  }
  const column = (name: string, read: (model: ModelResult) => unknown) => ({ name, values: results.models.map(read) });
  const { html, text } = renderTable({
    columns: [
      column(results.dataset, ({ name }) => name),
      column('test accuracy', ({ testAccuracy }) => testAccuracy),
      column('test loss', ({ testLoss }) => testLoss),
      column('seconds', ({ seconds }) => Math.round(seconds)),
    ],
    size: results.models.length,
  });
  display({ data: { [RESULTS_TYPE]: results, 'text/html': html, 'text/plain': text } });
}
