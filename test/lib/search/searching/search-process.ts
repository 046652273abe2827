// A process that searches, to be killed: `echo '{"method": "random", "options": ...}' | tsx search-process.ts`. It prints
// `running` when the search begins, what there is to know of its workers (`notes [...]`), and its trials as JSON when it has
// ended.
import { text } from 'node:stream/consumers';
import { loadDataset } from '../../../../lib/data/load-dataset';
import { takeSubset } from '../../../../lib/data/split';
import { machines } from '../../../../lib/machines/machines';
import { medianPruner } from '../../../../lib/search/pruners/median';
import type { Search } from '../../../../lib/search/search';
import type { RunOptions, SearchOptions } from '../../../../lib/search/search-options';
import { searchProgress } from '../../../../lib/search/search-progress';
import { BayesianOptimization, Hyperband, RandomSearch } from '../../../../lib/search/searches';
import { tensorBoardLogs } from '../../../../lib/tensorboard/search-board';
import { stripedImages } from '../../training/striped-images';
import { buildSmall, callbacks } from './builders';

/** What to search with; plain data. */
export interface SearchPlan {
  readonly method: 'random' | 'hyperband' | 'tpe';
  readonly options: Omit<SearchOptions, 'pruners'> & { readonly prune?: boolean };
  readonly run: Omit<RunOptions, 'workers' | 'observers'> & {
    readonly earlyStopping?: boolean;
    /** Processes, or machines. */
    readonly workers?: number | { readonly redis: string; readonly lostAfterMs?: number };
    /** Folder for TensorBoard's logs. */
    readonly logDir?: string;
  };
  readonly images: number;
  /** Folder of the data set `stripes` that the images are a subset of; default: they are made. */
  readonly data?: string;
}

const methods = { random: RandomSearch, hyperband: Hyperband, tpe: BayesianOptimization };

async function main(plan: SearchPlan): Promise<void> {
  const { prune, ...options } = plan.options;
  const { earlyStopping, workers, logDir, ...run } = plan.run;
  const search: Search = new methods[plan.method](buildSmall, {
    ...options,
    ...(prune && { pruners: [medianPruner({ startupTrials: 2 })] }),
  });
  const images =
    plan.data === undefined
      ? stripedImages(plan.images)
      : takeSubset((await loadDataset('stripes', { directory: plan.data })).train, plan.images);
  let shown = '';
  searchProgress.showWith((read) => ({
    update() {
      const { notes } = read();
      if (JSON.stringify(notes) === shown) return;
      shown = JSON.stringify(notes);
      console.log(`notes ${shown}`);
    },
    async end() {},
  }));
  console.log('running');
  await search.run(images, {
    ...run,
    ...(earlyStopping && { callbacks }),
    workers: typeof workers === 'object' ? machines(workers.redis, workers) : workers,
    ...(logDir !== undefined && { observers: [tensorBoardLogs(logDir)] }),
  });
  console.log(JSON.stringify({ trials: search.trials, best: search.best.id }));
}

if (require.main === module) void text(process.stdin).then((plan) => main(JSON.parse(plan)));
