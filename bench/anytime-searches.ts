import * as searches from '../lib/search/searches';
import type { ModelBuilder, Search, SearchOptions } from '../src';

/** The searches that are compared, each with the defaults of its system. */
export const TUNERS = {
  inkwell: ['RandomSearch', 'Hyperband', 'BayesianOptimization', 'PriorBand'],
  'keras-tuner': ['RandomSearch', 'Hyperband', 'BayesianOptimization'],
  optuna: ['TPE'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type AnytimeSystem = keyof typeof TUNERS;

/** More than the time allows: the time is what ends a search. */
const WITHOUT_END: Readonly<Record<string, object>> = {
  RandomSearch: { maxTrials: Number.POSITIVE_INFINITY },
  BayesianOptimization: { maxTrials: Number.POSITIVE_INFINITY },
  Hyperband: { iterations: 1000 },
  PriorBand: { iterations: 1000 },
};

type CreateSearch = (builder: ModelBuilder, options: SearchOptions) => Search;

/** What makes a search of Inkwell's by the name of its class, without a limit but time; undefined where there is none. */
export function findSearch(tuner: string): CreateSearch | undefined {
  const found = (searches as unknown as Readonly<Record<string, unknown>>)[tuner] as
    | (new (
        builder: ModelBuilder,
        options: SearchOptions,
      ) => Search)
    | undefined;
  return found && ((builder, options) => new found(builder, { ...WITHOUT_END[tuner], ...options }));
}
