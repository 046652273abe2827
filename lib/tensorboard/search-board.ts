import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { SearchState } from '../search/journal/search-state';
import type { TrialState } from '../search/journal/trial-state';
import type { Objective } from '../search/objective';
import type { OpenObserver, SearchObserver } from '../search/observer';
import { moveAside } from '../storage/move-aside';
import { replaceFile } from '../storage/replace-file';
import { describeFault, fields, oneOf, whole } from '../storage/schema';
import type { EpochRecord } from '../training/history';
import { createLogDir } from './event-file';
import { writeHparams, writeHparamsExperiment } from './hparams';
import { TensorBoard } from './tensorboard';

/** Says which search the logs are of, and how much of its timeline has rows in the table. */
const MARKER = '.inkwell-search';
/** What a search writes into its folder for TensorBoard. */
const OURS = /^trial-\d+$|\.inkwell-(search|experiment)$/;

/**
 * Writes a search's logs for TensorBoard, one of the `observers` of `run`: the curves of each training, epoch by epoch, and a row
 * of the HParams table for each trial. Give each search a folder of its own; the logs of another one are moved to `<folder>.1`.
 *
 *     await search.run(train, { epochs: 4, observers: [tensorBoardLogs('runs/logs')] });
 *
 * To look at them, also while the search runs: `pip install tensorboard; tensorboard --logdir runs/logs`. TensorBoard is a
 * program of Python's and not among what is set up here.
 */
export function tensorBoardLogs(logDir: string): OpenObserver {
  return (objective, state) => new SearchBoard(logDir, objective, state);
}

/**
 * A search in TensorBoard: `trial-3` is a row of the HParams table, `trial-3/training-1` has the curves of its first training.
 *
 * TensorBoard shows what the search knows: each epoch once, also after a kill, and no epoch that a verdict has cut off.
 */
export class SearchBoard implements SearchObserver {
  readonly #logDir: string;
  readonly #objective: Objective;
  readonly #search: string;
  readonly #curves = new Map<string, { readonly board: TensorBoard; epoch: number }>();
  /** Entries of the timeline whose rows are written. */
  #rows = 0;
  /** Hyperparameters that the table has columns for. */
  #columns = -1;

  /** Writes what `state` has and the folder lacks; the logs of another search are moved aside. */
  constructor(logDir: string, objective: Objective, state: SearchState) {
    this.#logDir = resolve(logDir);
    this.#objective = objective;
    this.#search = state.began as string;
    createLogDir(logDir);
    const marker = join(logDir, MARKER);
    const rows = existsSync(marker) ? readRows(marker, this.#search) : undefined;
    if (rows !== undefined) this.#rows = rows;
    else {
      moveLogsAside(this.#logDir);
      this.#writeMarker();
    }
    // Trained without TensorBoard, in an earlier run.
    for (const { id, trainings } of state.trials) {
      for (const [training, { records }] of trainings.entries()) {
        if (existsSync(this.#folder(id, training))) continue;
        for (const record of records) this.onEpochEnd({ trial: id, training }, record);
      }
    }
    this.onTrialsEnd(state);
  }

  /** An epoch that is told again takes the place of the first time. */
  onEpochEnd(job: { readonly trial: number; readonly training: number }, record: EpochRecord): void {
    const logDir = this.#folder(job.trial, job.training);
    const curves = this.#curves.get(logDir) ?? { board: new TensorBoard({ logDir }), epoch: 0 };
    this.#curves.set(logDir, curves);
    curves.board.onEpochEnd(record);
    curves.epoch = record.epoch;
  }

  /** The rows of the trials that came to an end, or to a pause, since the last call. */
  onTrialsEnd(state: SearchState): void {
    const trials = new Set(state.timeline.slice(this.#rows).map(({ trial }) => trial));
    if (trials.size === 0) return;
    const { name } = this.#objective;
    if (state.space.size !== this.#columns) {
      this.#columns = state.space.size;
      writeHparamsExperiment(this.#logDir, state.space, [name, 'seconds']);
    }
    for (const id of trials) {
      this.#cutCurves(state.trial(id));
      const trial = state.result(id);
      const metrics = { [name]: trial.score, seconds: trial.seconds };
      writeHparams(join(this.#logDir, `trial-${id}`), { ...trial, metrics });
    }
    this.#rows = state.timeline.length;
    this.#writeMarker();
  }

  /** Takes back what was trained beyond the verdict. */
  #cutCurves({ id, trainings }: TrialState): void {
    for (const [training, { records }] of trainings.entries()) {
      const logDir = this.#folder(id, training);
      const written = this.#curves.get(logDir)?.epoch;
      const last = records.at(-1);
      if (last === undefined) rmSync(logDir, { recursive: true, force: true });
      else if (written !== last.epoch) {
        // A step that comes again in a new file ends what the older files have from it on.
        this.#curves.delete(logDir);
        this.onEpochEnd({ trial: id, training }, last);
      }
    }
  }

  #folder(trial: number, training: number): string {
    return join(this.#logDir, `trial-${trial}`, `training-${training + 1}`);
  }

  #writeMarker(): void {
    replaceFile(join(this.#logDir, MARKER), JSON.stringify({ search: this.#search, rows: this.#rows }));
  }
}

/** How much of the search's timeline has rows; undefined where the marker is of another search, or damaged. */
function readRows(marker: string, search: string): number | undefined {
  try {
    const found: unknown = JSON.parse(readFileSync(marker, 'utf8'));
    const isOurs = describeFault(found, fields({ search: oneOf(search), rows: whole(0) })) === undefined;
    return isOurs ? (found as { readonly rows: number }).rows : undefined;
  } catch {
    return undefined;
  }
}

function moveLogsAside(logDir: string): void {
  const found = readdirSync(logDir).filter((name) => OURS.test(name));
  if (found.length === 0) return;
  const aside = moveAside(logDir, found);
  console.warn(
    `${logDir} held TensorBoard's logs of another search, which are in ${aside} now; give each search a folder of its own.`,
  );
}
