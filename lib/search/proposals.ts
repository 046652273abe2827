import { isDeepStrictEqual } from 'node:util';
import { deriveSeed } from '../base/random';
import { describeError } from './describe-error';
import { FatalError } from './fatal-error';
import type { SearchFolder } from './journal/search-folder';
import { hasFailed, type TrialState } from './journal/trial-state';
import { type DataDescription, isModel, requireModel } from './model-builder';
import { wasTried } from './oracles/duplicates';
import type { Decision, Definition, Oracle, SearchView } from './oracles/oracle';
import type { SearchSettings } from './search-options';
import type { Suggest } from './space/domain';
import { contains, type Domain, defaultValue, describeDomain } from './space/domain';
import {
  checkSameDomain,
  HyperParameters,
  type HyperParameterValue,
  type HyperParameterValues,
  type SpaceOptions,
} from './space/hyperparameters';

/** Asks `hp` for all that a configuration consists of; a model builder does, and returns a model. */
export type SpaceDefinition = (hp: HyperParameters, data: DataDescription) => unknown;

export type ProposalOptions = Pick<
  SearchSettings,
  'seed' | 'maxTrials' | 'maxEpochs' | 'maxModelWeights' | 'startWithDefault'
> & { readonly space: SpaceOptions };

/** What the trials to come are trained with. */
export interface ProposalRun {
  /** Epochs of a whole training. */
  readonly epochs: number;
  /** Trainings of a trial: executions times folds. */
  readonly trainings: number;
  readonly data: DataDescription;
  /** Whether a builder that returns no model has failed; default false, for a loop of one's own needs none. */
  readonly needsModel?: boolean;
}

/** Carries out an oracle's decisions on a search's folder: which trial is trained next, and how far. */
export class Proposals {
  /** True once every configuration of the space was tried. */
  spaceExhausted = false;
  readonly #builder: SpaceDefinition;
  readonly #oracle: Oracle;
  readonly #folder: SearchFolder;
  readonly #options: ProposalOptions;
  readonly #weights = new WeakMap<Definition, number>();

  constructor(builder: SpaceDefinition, oracle: Oracle, folder: SearchFolder, options: ProposalOptions) {
    this.#builder = builder;
    this.#oracle = oracle;
    this.#folder = folder;
    this.#options = options;
  }

  /**
   * Begins or continues a trial and returns it; `wait` where a running trial must end first, `finished` where nothing is left
   * to do or a limit is reached.
   */
  next(run: ProposalRun): TrialState | 'wait' | 'finished' {
    // Found out anew by a process that goes on before there is a first trial: it comes to the same.
    let isDefaultDue = this.#options.startWithDefault && this.#folder.state.trials.length === 0;
    for (;;) {
      const { state } = this.#folder;
      const mayStart = state.trials.length < this.#options.maxTrials;
      const pinned = mayStart ? (isDefaultDue ? builderDefault : pinEnqueued(state.queue[0])) : undefined;
      const tried: Tried = {};
      let decision: Decision;
      try {
        decision = this.#oracle.next(this.#view(run, mayStart, pinned, tried));
      } catch (error) {
        // Not tried again when the search is run again, with the mistake mended.
        if (pinned?.enqueued && error instanceof FatalError) this.#folder.record({ kind: 'dequeued', reason: error.message });
        if (error !== tried.error || error instanceof FatalError) throw error;
        return this.#beginBroken(run, tried as Required<Tried>, pinned);
      }
      switch (decision.kind) {
        case 'wait':
          return 'wait';
        case 'finished':
          if (pinned === builderDefault) {
            isDefaultDue = false;
            continue;
          }
          if (pinned !== undefined) {
            const reason = tried.reason ?? `no further trial begins in this ${this.#oracle.config.name} search`;
            console.warn(`The enqueued configuration ${JSON.stringify(pinned.enqueued)} is left out: ${reason}.`);
            this.#folder.record({ kind: 'dequeued', reason });
            continue;
          }
          this.spaceExhausted = decision.spaceExhausted;
          return 'finished';
        case 'prune': {
          const trial = state.trial(decision.trial);
          const kept = trial.trainings.map(({ records }) => records.length);
          const { reason } = decision;
          this.#folder.record({ kind: 'settled', trial: trial.id, status: 'pruned', kept, reason });
          continue;
        }
        case 'continue': {
          const trial = state.trial(decision.trial);
          if (!this.#affords((decision.epochs - trial.epochs) * trial.trainings.length)) return 'finished';
          this.#folder.record({ kind: 'continued', trial: trial.id, epochs: decision.epochs });
          return trial;
        }
        case 'start': {
          if (!mayStart || !this.#affords(decision.epochs * run.trainings)) return 'finished';
          const { hyperparameters, space } = decision.definition;
          const unused = Object.keys(pinned?.enqueued ?? {}).filter((name) => !(name in hyperparameters));
          if (unused.length > 0) {
            console.warn(
              `The enqueued configuration names ${unused.join(', ')}, which the builder did not ask for with the other values; ` +
                `it asked for ${Object.keys(hyperparameters).join(', ')}.`,
            );
          }
          return this.#begin(run, { hyperparameters, space }, decision.epochs, pinned, {
            parameters: this.#weights.get(decision.definition) ?? 0,
          });
        }
      }
    }
  }

  /**
   * In which domains the builder, run on the last trial's values, differs from the earlier trials: `units was ... and is ...`.
   */
  findChanges(data: DataDescription): string[] {
    const { state } = this.#folder;
    const last = state.trials.filter((trial) => !hasFailed(trial)).at(-1);
    if (last === undefined) return [];
    const values = last.hyperparameters;
    const hp = new HyperParameters((name, domain) => values[name] ?? defaultValue(domain), this.#options.space);
    try {
      const built = this.#builder(hp, data);
      if (isModel(built)) built.dispose();
    } catch {
      // What a builder throws belongs to the next trial.
      return [];
    }
    const describe = (domain: Domain | undefined) => (domain ? describeDomain(domain) : 'not asked for');
    const names = new Set([...Object.keys(last.hyperparameters), ...hp.space.keys()]);
    return [...names].flatMap((name) => {
      const [known, domain] = [state.space.get(name), hp.space.get(name)];
      if (isDeepStrictEqual(known, domain)) return [];
      return [`${name} was ${describe(known)} and is ${describe(domain)}`];
    });
  }

  #view(run: ProposalRun, mayStart: boolean, pinned: Pinned | undefined, tried: Tried): SearchView {
    const { state } = this.#folder;
    return {
      trials: state.results(),
      space: state.space,
      epochs: run.epochs,
      objective: (state.config as NonNullable<typeof state.config>).objective,
      seed: this.#options.seed,
      mayStart,
      enqueued: pinned !== undefined,
      define: (suggest) => this.#define(suggest, run, pinned, tried),
    };
  }

  #define(suggest: Suggest, run: ProposalRun, pinned: Pinned | undefined, tried: Tried): Definition | undefined {
    const { space, maxModelWeights } = this.#options;
    const hp = new HyperParameters((name, domain) => {
      const value = pinned?.value(name, domain);
      if (value === undefined) return suggest(name, domain);
      if (contains(domain, value)) return value;
      throw new FatalError(
        `An enqueued configuration has ${name} ${JSON.stringify(value)}, but it must be ${describeDomain(domain)}; ` +
          `enqueue a value of that domain.`,
      );
    }, space);
    let built: unknown;
    try {
      built = this.#builder(hp, run.data);
      if (run.needsModel) requireModel(built);
    } catch (error) {
      if (this.#isKnownToFail(hp.values)) {
        tried.reason = 'it was tried before';
        return undefined;
      }
      tried.error = error;
      tried.definition = { hyperparameters: hp.values, space: hp.space };
      throw error;
    }
    for (const [name, domain] of hp.space) {
      const known = this.#folder.state.space.get(name);
      if (known !== undefined) checkSameDomain(name, known, domain);
    }
    const weights = isModel(built) ? built.countParams() : 0;
    if (isModel(built)) built.dispose();
    if (weights > maxModelWeights) {
      tried.reason = `its model has ${weights} weights, more than maxModelWeights (${maxModelWeights})`;
      return undefined;
    }
    tried.reason = 'it was tried before';
    const definition = { hyperparameters: hp.values, space: hp.space };
    this.#weights.set(definition, weights);
    return definition;
  }

  #begin(
    run: Pick<ProposalRun, 'trainings'>,
    { hyperparameters, space }: Definition,
    epochs: number,
    pinned: Pinned | undefined,
    { parameters }: { parameters: number },
  ): TrialState {
    const { state } = this.#folder;
    const id = state.trials.length + 1;
    this.#folder.record({
      kind: 'begun',
      trial: id,
      hyperparameters,
      space: Object.fromEntries(space),
      epochs,
      parameters,
      trainings: run.trainings,
      origin: pinned?.origin ?? 'oracle',
      seed: deriveSeed(this.#options.seed, 'trial', this.#oracle.paired ? 1 : id),
    });
    return state.trial(id);
  }

  /**
   * Whether a trial failed that came no further than this, so that the oracle met it again. What asks for nothing before it
   * throws says nothing of the configuration.
   */
  #isKnownToFail(values: HyperParameterValues): boolean {
    return Object.keys(values).length > 0 && wasTried(values, this.#folder.state.trials.filter(hasFailed));
  }

  /** A configuration whose model cannot be built is a failed trial. */
  #beginBroken(run: ProposalRun, { error, definition }: Required<Tried>, pinned: Pinned | undefined): TrialState {
    const trial = this.#begin(run, definition, run.epochs, pinned, { parameters: 0 });
    this.#folder.record({ kind: 'attempt', trial: trial.id, training: 0, reason: describeError(error), final: true });
    return trial;
  }

  #affords(epochs: number): boolean {
    if (this.#options.maxEpochs === Number.POSITIVE_INFINITY) return true;
    const asked = this.#folder.state.trials.reduce((sum, trial) => sum + trial.epochs * trial.trainings.length, 0);
    return asked + epochs <= this.#options.maxEpochs;
  }
}

/** Values that go before those of the oracle. */
interface Pinned {
  readonly origin: 'user' | 'default';
  /** As the user enqueued it; undefined where the user did not. */
  readonly enqueued?: HyperParameterValues;
  /** Undefined where the oracle chooses. */
  readonly value: (name: string, domain: Domain) => HyperParameterValue | undefined;
}

const builderDefault: Pinned = { origin: 'default', value: (_name, domain) => defaultValue(domain) };

function pinEnqueued(enqueued: HyperParameterValues | undefined): Pinned | undefined {
  return enqueued && { origin: 'user', enqueued, value: (name) => enqueued[name] };
}

/** What came of the configurations that an oracle had defined for one decision. */
interface Tried {
  /** Thrown by the builder, and what it had asked for by then. */
  error?: unknown;
  definition?: Definition;
  /** Why the last of them is not begun, unless it is. */
  reason?: string;
}
