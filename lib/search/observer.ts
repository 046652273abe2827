import type { EpochRecord } from '../training/history';
import type { SearchState } from './journal/search-state';
import type { Objective } from './objective';

/** Hears what a search finds, as it finds it. */
export interface SearchObserver {
  /**
   * An epoch is finished, and about to be recorded: where it is not, since the process was killed, it is trained and told again.
   * One that was recorded and not told would be missed for ever.
   */
  onEpochEnd(job: { readonly trial: number; readonly training: number }, record: EpochRecord): void;
  /** Trials came to an end, or to a pause. */
  onTrialsEnd(state: SearchState): void;
}

/** Begins to observe a search, which may have come some way in earlier runs. */
export type OpenObserver = (objective: Objective, state: SearchState) => SearchObserver;
