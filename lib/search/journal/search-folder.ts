import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type FolderLock, lockFolder } from '../../storage/folder-lock';
import { Journal } from '../../storage/journal';
import { moveAside } from '../../storage/move-aside';
import { makeTemporaryFolder } from '../../storage/temporary-folder';
import { type Objective, rankByScore } from '../objective';
import { findEventFault } from './check-event';
import type { RunConfig, SearchConfig, SearchEvent } from './search-event';
import { SearchState } from './search-state';
import { hasFailed, scoreTraining, type TrialState } from './trial-state';

const JOURNAL = 'journal.jsonl';
const CHECKPOINTS = 'checkpoints';
const TRIAL_FOLDER = /^trial-\d+$/;

export interface SearchFolderOptions {
  /** True: what the folder holds is moved aside; `ifChanged`: if it is a search with other settings. */
  readonly overwrite: boolean | 'ifChanged';
  /** Completed trials whose best weights are kept. */
  readonly keepModels: number;
}

/**
 * What a search keeps on disk: `journal.jsonl`, from which its state follows, and `checkpoints/`, the weights of running and
 * paused trials and of the best ones.
 *
 * One process at a time may write: between `open` and `close`. Reading needs no right.
 */
export class SearchFolder {
  readonly path: string;
  readonly checkpoints: string;
  /** Follows the journal, event by event. */
  state = new SearchState();
  readonly #config: SearchConfig;
  readonly #options: SearchFolderOptions;
  #journal: Journal<SearchEvent> | undefined;
  /** Bytes of the journal that the state follows. */
  #size = 0;
  /** The best completed trials among the first `ends` entries of the timeline of a state. */
  #best: { readonly of: SearchState; readonly ids: readonly number[]; readonly ends: number } | undefined;
  #lock: FolderLock | undefined;

  /**
   * @param path undefined: a temporary folder that goes with the process.
   * @throws Error where the folder holds the journal of a search with other settings, or a damaged one.
   */
  constructor(path: string | undefined, config: SearchConfig, options: SearchFolderOptions) {
    // Within the temporary folder, so that what is moved aside goes with it.
    this.path = path === undefined ? join(makeTemporaryFolder('search').path, 'search') : resolve(path);
    this.checkpoints = join(this.path, CHECKPOINTS);
    this.#config = config;
    this.#options = options;
    if (existsSync(this.path) && !statSync(this.path).isDirectory()) {
      throw new Error(`directory must be a folder, or a path where there is none yet, but ${this.path} is a file.`);
    }
    if (path === undefined) mkdirSync(this.path);
    if (!existsSync(this.#journalPath)) return;
    if (options.overwrite !== true) {
      this.#read();
      const differing = this.state.config ? describeDifferences(this.state.config, config) : [];
      if (differing.length === 0) return;
      if (options.overwrite === false) throw this.#otherSearch(differing);
    }
    // Refused while a search runs there.
    const lock = lockFolder(this.path);
    try {
      this.#moveAside();
    } finally {
      lock.release();
    }
  }

  get objective(): Objective {
    return this.#config.objective;
  }

  /** Whether this process may write, since `open`. */
  get isOpen(): boolean {
    return this.#lock !== undefined;
  }

  /**
   * Takes the right to write and reads what others wrote since.
   *
   * @throws FolderInUseError where somebody has it, this folder's own user included.
   */
  open(): void {
    this.#lock = lockFolder(this.path);
    try {
      mkdirSync(this.checkpoints, { recursive: true });
      const size = existsSync(this.#journalPath) ? statSync(this.#journalPath).size : 0;
      if (this.#journal === undefined || size !== this.#size) this.#read();
      if (this.state.config === undefined) this.record({ kind: 'search', config: this.#config });
      const differing = describeDifferences(this.state.config as SearchConfig, this.#config);
      if (differing.length > 0) throw this.#otherSearch(differing);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Does `work` with the right to write; `run` has it already while it calls the user's callbacks. */
  whileOpen<Result>(work: () => Result): Result {
    if (this.isOpen) return work();
    this.open();
    try {
      return work();
    } finally {
      this.close();
    }
  }

  close(): void {
    this.#lock?.release();
    this.#lock = undefined;
  }

  /**
   * Begins a run, which must have the settings of the earlier runs; `changes` says what else is not as it was then. Where the
   * last run ended and every trial had failed, it begins anew: what was at fault may be mended.
   *
   * @throws Error where something differs, unless the folder was opened with `overwrite: 'ifChanged'`.
   */
  beginRun(run: RunConfig, changes: readonly string[]): void {
    const { trials, hasEnded } = this.state;
    const differing = [...(this.state.run ? describeDifferences(this.state.run, run) : []), ...changes];
    if (hasEnded && trials.length > 0 && trials.every(hasFailed)) this.#beginAnew('every trial had failed');
    else if (differing.length > 0) {
      if (this.#options.overwrite === false) throw this.#otherSearch(differing);
      this.#beginAnew(differing.join('; '));
    }
    if (this.state.run === undefined) this.record({ kind: 'run', config: run });
  }

  /** Writes an event to disk, then lets the state follow. */
  record(event: SearchEvent): void {
    if (this.#lock === undefined) throw new Error('The folder must be open to be written to.');
    this.#journal ??= Journal.open<SearchEvent>(this.#journalPath).journal;
    this.#journal.append(event);
    this.#size = statSync(this.#journalPath).size;
    this.state.apply(event);
  }

  /**
   * Removes the checkpoints that nothing needs: those of ended trials but the best ones, and what a kill left behind. The
   * folders of the trials `inTraining` are left alone: a checkpoint may just be on its way, also where the trial has ended.
   */
  sweep(inTraining: Iterable<number> = []): void {
    const needed = new Set(this.#neededCheckpoints());
    const busy = new Set(Array.from(inTraining, trialFolder));
    for (const folder of readdirSync(this.checkpoints)) {
      // What the user put there is the user's.
      if (busy.has(folder) || !TRIAL_FOLDER.test(folder)) continue;
      const files = readdirSync(join(this.checkpoints, folder)).map((file) => join(folder, file));
      const left = files.filter((file) => !needed.has(file));
      if (left.length === files.length) rmSync(join(this.checkpoints, folder), { recursive: true });
      else for (const file of left) this.removeCheckpoint(file);
    }
  }

  removeCheckpoint(file: string): void {
    rmSync(join(this.checkpoints, file), { force: true });
  }

  #neededCheckpoints(): (string | undefined)[] {
    const open = [...this.state.running, ...this.state.paused];
    return [
      ...open.flatMap(({ trainings }) => trainings.map(({ checkpoint }) => checkpoint)),
      ...this.#bestTrials().map((id) => bestTraining(this.state.trial(id), this.#config.objective).checkpoint),
    ];
  }

  /** The best completed trials, of which the models are kept, by id. */
  #bestTrials(): readonly number[] {
    const { state } = this;
    if (this.#best?.of !== state) this.#best = { of: state, ids: [], ends: 0 };
    // Who is not among them once will not be again: scores of completed trials stay.
    const ended = state.timeline.slice(this.#best.ends).map(({ trial }) => trial);
    const candidates = [...new Set([...this.#best.ids, ...ended])]
      .map((id) => state.result(id))
      .filter(({ status }) => status === 'completed');
    const best = rankByScore(candidates, this.#config.objective).slice(0, this.#options.keepModels);
    this.#best = { of: state, ids: best.map(({ id }) => id), ends: state.timeline.length };
    return this.#best.ids;
  }

  get #journalPath(): string {
    return join(this.path, JOURNAL);
  }

  #read(): void {
    const { journal, state } = openJournal(this.#journalPath);
    this.state = state;
    this.#journal = journal;
    this.#size = existsSync(this.#journalPath) ? statSync(this.#journalPath).size : 0;
  }

  #otherSearch(differing: readonly string[]): Error {
    return new Error(
      `${this.path} holds a search with other settings: ${differing.join('; ')}. Choose another directory, ` +
        `or overwrite: true to begin anew (what it holds is moved aside).`,
    );
  }

  #beginAnew(why: string): void {
    const { enqueued } = this.state;
    const aside = this.#moveAside();
    console.warn(`The search begins anew: ${why}. What it had found is in ${aside}.`);
    mkdirSync(this.checkpoints);
    this.record({ kind: 'search', config: this.#config });
    for (const hyperparameters of enqueued) this.record({ kind: 'enqueued', hyperparameters });
  }

  /** Moves the files, not the folder: the lock stays where it is. Returns where they are. */
  #moveAside(): string {
    const aside = moveAside(this.path, [CHECKPOINTS, JOURNAL]);
    this.state = new SearchState();
    this.#journal = undefined;
    return aside;
  }
}

/** Follows a journal from its first event to its last. */
function openJournal(path: string): { readonly journal: Journal<SearchEvent>; readonly state: SearchState } {
  const state = new SearchState();
  const { journal, warning } = Journal.open<SearchEvent>(path, (event) => {
    const fault = findEventFault(event, state);
    if (fault === undefined) state.apply(event as SearchEvent);
    return fault;
  });
  if (warning) console.warn(warning);
  return { journal, state };
}

/** The state of the search in a folder, which stays as it is; undefined where the folder holds none. */
export function readSearchState(folder: string): SearchState | undefined {
  const path = join(folder, JOURNAL);
  return existsSync(path) ? openJournal(path).state : undefined;
}

/** Name of the folder of a trial's checkpoints. */
export function trialFolder(id: number): string {
  return `trial-${id}`;
}

/** The training of a trial with the best score; the first of equal ones. */
export function bestTraining(trial: TrialState, objective: Objective) {
  const scored = trial.trainings.map((training, index) => ({
    id: index,
    score: scoreTraining(training, objective),
    index,
    checkpoint: training.checkpoint,
  }));
  const [best = scored[0]] = rankByScore(scored, objective);
  return best;
}

/** `folds was 3 and is 5`, for each setting that differs, by its path. */
function describeDifferences(found: object, given: object, path = ''): string[] {
  const [before, now] = [found, given] as Readonly<Record<string, unknown>>[];
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].flatMap((name) => {
    const [a, b] = [before[name], now[name]];
    if (isDeepStrictEqual(a, b)) return [];
    if (isPlainObject(a) && isPlainObject(b)) return describeDifferences(a, b, `${path}${name}.`);
    return [`${path}${name} was ${JSON.stringify(a)} and is ${JSON.stringify(b)}`];
  });
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
