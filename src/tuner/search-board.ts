import { join } from 'node:path';
import { TensorBoard, writeHparams, writeHparamsExperiment } from '../tensorboard';
import type { EpochRecord } from '../training/history';
import type { Objective } from './objective';
import type { Domain } from './space/domain';
import type { Trial } from './trial';

/** A search in TensorBoard: `trial-3` is a row of the HParams table, `trial-3/training-1` has the curves of its first training. */
export class SearchBoard {
  readonly #logDir: string;
  readonly #objective: Objective;
  readonly #curves = new Map<string, TensorBoard>();
  /** Hyperparameters that the table has columns for. */
  #columns = -1;

  constructor(logDir: string, objective: Objective) {
    this.#logDir = logDir;
    this.#objective = objective;
  }

  writeEpoch(job: { readonly trial: number; readonly training: number }, record: EpochRecord): void {
    const logDir = join(this.#logDir, `trial-${job.trial}`, `training-${job.training + 1}`);
    let board = this.#curves.get(logDir);
    if (board === undefined) {
      board = new TensorBoard({ logDir });
      board.onTrainBegin();
      this.#curves.set(logDir, board);
    }
    board.onEpochEnd(record);
  }

  /** Called once the trial has ended. */
  writeTrial(trial: Trial, space: ReadonlyMap<string, Domain>): void {
    for (let training = 1; training <= trial.trainings; training++) {
      this.#curves.delete(join(this.#logDir, `trial-${trial.id}`, `training-${training}`));
    }
    const { name } = this.#objective;
    if (space.size !== this.#columns) {
      this.#columns = space.size;
      writeHparamsExperiment(this.#logDir, space, [name, 'seconds']);
    }
    const metrics = { [name]: trial.score, seconds: trial.seconds };
    writeHparams(join(this.#logDir, `trial-${trial.id}`), { ...trial, metrics });
  }
}
