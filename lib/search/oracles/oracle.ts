import type { Objective } from '../objective';
import type { Domain, HyperParameterValues, Suggest } from '../space/domain';
import type { Trial } from '../trial';

/** A configuration, and the domains it was asked from, both in the order asked. */
export interface Definition {
  readonly hyperparameters: HyperParameterValues;
  readonly space: ReadonlyMap<string, Domain>;
}

/** What an oracle sees of a search. */
export interface SearchView {
  /** All trials begun so far, by id. */
  readonly trials: readonly Trial[];
  /** The domain of every hyperparameter that a trial had. */
  readonly space: ReadonlyMap<string, Domain>;
  /** Epochs of a whole training, from 1. */
  readonly epochs: number;
  readonly objective: Objective;
  readonly seed: number;
  /** False once `maxTrials` are begun: what is left is to take begun ones further. */
  readonly mayStart: boolean;
  /**
   * True where a trial that is begun now is the builder's default, or one that the user enqueued. That `define` has nothing new
   * to offer then says nothing about the space: `finished` leaves that configuration out, and the search goes on.
   */
  readonly enqueued?: boolean;
  /**
   * Runs the model builder with values from `suggest`, and returns what it asked for; undefined where the result is no candidate
   * (too many weights, for instance): then suggest another. A value that the user fixed or enqueued, or the builder's default,
   * takes the place of the suggested one, so read the result, not the suggestion. It builds a model: call it sparingly.
   */
  define(suggest: Suggest): Definition | undefined;
}

/** Trials that compete with each other for being trained further. */
export interface Bracket {
  /** Ids, in the order begun. */
  readonly trials: readonly number[];
  /** Epochs of each rung, the lowest first; the last is a whole training. */
  readonly rungs: readonly number[];
}

/** What to do next. */
export type Decision =
  /** Begin a new trial and train it to `epochs`. */
  | { readonly kind: 'start'; readonly definition: Definition; readonly epochs: number }
  /** Take a paused trial on to `epochs`, from the weights it has. */
  | { readonly kind: 'continue'; readonly trial: number; readonly epochs: number }
  /** End a paused trial: it will not be continued. */
  | { readonly kind: 'prune'; readonly trial: number; readonly reason: string }
  /** Nothing, until a running trial has ended. */
  | { readonly kind: 'wait' }
  /** Nothing ever: `spaceExhausted` says whether because every configuration was tried. */
  | { readonly kind: 'finished'; readonly spaceExhausted: boolean };

/**
 * Decides what a search tries next.
 *
 * An oracle is a function of what it sees: it keeps no state, so a search that was killed goes on from its journal as if
 * nothing had happened. It knows names, domains and scores, never TensorFlow, so it can be tested with made-up scores in
 * milliseconds. Every random draw comes from `random(view.seed, ..., id of the new trial, ...)`.
 */
export interface Oracle {
  /** Name and settings, plain data: a search folder holds a search of one such configuration. */
  readonly config: Readonly<Record<string, string | number | boolean>>;
  /** True: all trials train with the same seeds. Else, the default, each has its own. */
  readonly paired?: boolean;
  /** The epochs of a whole training that it needs at least, where it does. Throws for one it cannot work with. */
  checkEpochs?(epochs: number): void;
  /**
   * How many trials it begins, and how many epochs they take in all where each has one training, as far as can be said before
   * they are trained. An oracle without it trains `maxTrials` trials for `epochs` epochs each.
   */
  plan?(limits: { readonly maxTrials: number; readonly epochs: number }): { trials: number; epochs: number };
  /** Which trials compete with which, where it takes some further than others; those without a trial are left out. */
  brackets?(trials: readonly Trial[], epochs: number): Bracket[];
  next(view: SearchView): Decision;
}
