// A process that searches, to be killed: `echo '{"method": "random", "options": ...}' | tsx search-process.ts`.
// It prints `running` when the search begins, what there is to know of its workers (`notes [...]`), and its trials as JSON when it has ended.
import { text } from 'node:stream/consumers';
import { loadDataset, takeSubset } from '../../../src/data';
import { medianPruner } from '../../../src/tuner/pruners/median';
import type { RunOptions, Search, SearchOptions } from '../../../src/tuner/search';
import { searchProgress } from '../../../src/tuner/search-progress';
import { BayesianOptimization, Hyperband, RandomSearch } from '../../../src/tuner/searches';
import { stripedImages } from '../../training/striped-images';
import { buildSmall, callbacks } from './builders';

/** What to search with; plain data. */
export interface SearchPlan {
  readonly method: 'random' | 'hyperband' | 'tpe';
  readonly options: Omit<SearchOptions, 'pruners'> & { readonly prune?: boolean };
  readonly run: RunOptions & { readonly earlyStopping?: boolean };
  readonly images: number;
  /** Folder of the data set `stripes` that the images are a subset of; default: they are made. */
  readonly data?: string;
}

const methods = { random: RandomSearch, hyperband: Hyperband, tpe: BayesianOptimization };

async function main(plan: SearchPlan): Promise<void> {
  const { prune, ...options } = plan.options;
  const { earlyStopping, ...run } = plan.run;
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
  await search.run(images, { ...run, ...(earlyStopping && { callbacks }) });
  console.log(JSON.stringify({ trials: search.trials, best: search.best.id }));
}

if (require.main === module) void text(process.stdin).then((plan) => main(JSON.parse(plan)));
