import type { SearchFolder } from './journal/search-folder';
import { hasFailed, type TrialState } from './journal/trial-state';
import type { DataDescription } from './model-builder';
import type { Proposals } from './proposals';
import { MAX_FAILURES_IN_A_ROW } from './search-run';
import type { HyperParameters, HyperParameterValues } from './space/hyperparameters';

/** A configuration that the user's own loop trains or measures. */
export interface Asked {
  readonly id: number;
  readonly hyperparameters: HyperParameters;
  /** Epochs that the training shall come to, in all. */
  readonly epochs: number;
}

/** A search whose trials the user's own loop trains: what `Search.ask` and `Search.tell` do while the folder is open. */
export class AskAndTell {
  readonly #folder: SearchFolder;
  readonly #proposals: Proposals;
  readonly #configure: (values: HyperParameterValues) => HyperParameters;
  /** Epochs of a whole training, by the id of each trial that waits for its score. */
  readonly #asked = new Map<number, number>();

  constructor(folder: SearchFolder, proposals: Proposals, configure: (values: HyperParameterValues) => HyperParameters) {
    this.#folder = folder;
    this.#proposals = proposals;
    this.#configure = configure;
  }

  ask(epochs: number, data: DataDescription): Asked | undefined {
    const { state, path } = this.#folder;
    if (state.run !== undefined) {
      throw new Error(`${path} holds trials of run, which ask and tell cannot go on with; give them a directory of their own.`);
    }
    const open = state.trials.find(({ id, status }) => status === 'running' && !this.#asked.has(id));
    const next = open ?? this.#propose(epochs, data);
    if (next === 'finished') return undefined;
    if (next === 'wait') {
      throw new Error('The oracle must know how a running trial comes out first: call tell for those that ask gave.');
    }
    this.#asked.set(next.id, epochs);
    return { id: next.id, hyperparameters: this.#configure(next.hyperparameters), epochs: next.epochs };
  }

  tell(trialId: number, outcome: number | Error): void {
    const epochs = this.#asked.get(trialId);
    if (epochs === undefined) {
      const waiting = [...this.#asked.keys()].join(', ') || 'none';
      throw new RangeError(`trialId must be one that ask gave and that was not told yet (${waiting}), but got ${trialId}.`);
    }
    const trial = this.#folder.state.trial(trialId);
    const settled = { kind: 'settled', trial: trialId, kept: [0] } as const;
    if (outcome instanceof Error) {
      const reason = outcome.message;
      this.#folder.record({ kind: 'attempt', trial: trialId, training: 0, reason, final: true });
      this.#folder.record({ ...settled, status: 'failed', reason });
    } else {
      this.#folder.record({ kind: 'told', trial: trialId, score: outcome });
      this.#folder.record({ ...settled, status: trial.epochs < epochs ? 'paused' : 'completed' });
    }
    this.#asked.delete(trialId);
  }

  /** The next trial to train. One that the builder failed for is settled, and the next one taken. */
  #propose(epochs: number, data: DataDescription): TrialState | 'wait' | 'finished' {
    let first: string | undefined;
    for (let failures = 1; ; failures++) {
      const next = this.#proposals.next({ epochs, trainings: 1, data });
      if (typeof next === 'string' || !hasFailed(next)) return next;
      const reason = next.trainings[0].end?.reason;
      this.#folder.record({ kind: 'settled', trial: next.id, status: 'failed', kept: [0], reason });
      first ??= reason;
      if (failures === MAX_FAILURES_IN_A_ROW) {
        throw new Error(`${failures} configurations in a row could not be defined, the first because: ${first}`);
      }
    }
  }
}
