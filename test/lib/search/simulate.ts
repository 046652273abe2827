import { random } from '../../../lib/base/random';
import type { Objective } from '../../../lib/search/objective';
import type { Decision, Oracle } from '../../../lib/search/oracles/oracle';
import { type Domain, HyperParameters, type HyperParameterValues } from '../../../lib/search/space/hyperparameters';
import type { Trial } from '../../../lib/search/trial';
import type { EpochRecord } from '../../../lib/training/history';

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A search on made-up scores: nothing is trained, a trial comes to its epochs as soon as it is its turn. */
export interface Simulation {
  /** Called for each decision, since an oracle keeps no state. */
  createOracle: () => Oracle;
  define: (hp: HyperParameters) => void;
  /** The objective of a configuration after so many epochs. */
  score: (values: HyperParameterValues, epochs: number) => number;
  epochs?: number;
  maxTrials?: number;
  objective?: Objective;
  seed?: number;
  /** Trials that run at a time, default 1. Which of them is done first is drawn at random. */
  slots?: number;
  /** Trials that fail where they would have come to so many epochs. */
  fails?: (id: number, epochs: number) => boolean;
  /** The epoch at which early stopping ends a trial. */
  stopsAt?: (id: number) => number;
  /** Configurations for which it returns false are no candidates. */
  isCandidate?: (values: HyperParameterValues) => boolean;
  /** The trials of the search so far, if it goes on. */
  trials?: readonly Trial[];
  /** What the user wants tried first; values left out are the oracle's. */
  enqueued?: readonly HyperParameterValues[];
}

export interface SimulationResult {
  readonly trials: readonly Trial[];
  /** All but `wait`, in order. */
  readonly decisions: readonly Decision[];
  readonly spaceExhausted: boolean;
  /** How often a configuration was defined. */
  readonly builds: number;
  /** The most trials that were paused at a time. */
  readonly mostPaused: number;
}

/** A running trial that has no score yet, unless `parts` says otherwise. */
export function makeUpTrial(parts: Partial<Trial> & Pick<Trial, 'id'>): Trial {
  return {
    status: 'running',
    origin: 'oracle',
    hyperparameters: {},
    epochs: 1,
    score: Number.NaN,
    spread: 0,
    scores: [],
    histories: [],
    trainings: 1,
    parameters: 1,
    seconds: 1,
    seed: 0,
    attempts: 0,
    versions: {},
    ...parts,
  };
}

/** Plays a search to its end. */
export function simulate(simulation: Simulation): SimulationResult {
  const { createOracle, define, score, epochs = 1, maxTrials = Infinity, seed = 0, slots = 1 } = simulation;
  const { objective = { name: 'valLoss', direction: 'min' } } = simulation;
  const { fails = () => false, stopsAt = () => Infinity, isCandidate = () => true } = simulation;
  const trials: Writable<Trial>[] = (simulation.trials ?? []).map((trial) => ({ ...trial }));
  const decisions: Decision[] = [];
  const queue = [...(simulation.enqueued ?? [])];
  const order = random(seed, 'order of completion', slots);
  let builds = 0;
  let mostPaused = 0;

  const space = new Map<string, Domain>();
  const running = () => trials.filter(({ status }) => status === 'running');
  const ask = () => {
    const mayStart = trials.length < maxTrials;
    const pinned = mayStart ? queue[0] : undefined;
    return createOracle().next({
      trials: trials.map((trial) => ({ ...trial })),
      space,
      epochs,
      objective,
      seed,
      mayStart,
      enqueued: pinned !== undefined,
      define(suggest) {
        if (++builds > 100_000) throw new Error('The oracle never ends to define configurations.');
        const hp = new HyperParameters((name, domain) => pinned?.[name] ?? suggest(name, domain));
        define(hp);
        return isCandidate(hp.values) ? { hyperparameters: hp.values, space: hp.space } : undefined;
      },
    });
  };
  const train = (trial: Writable<Trial>) => {
    const until = Math.min(trial.epochs, stopsAt(trial.id));
    const failed = fails(trial.id, trial.epochs);
    const records = Array.from({ length: failed ? until - 1 : until }, (_, i) => ({
      epoch: i + 1,
      loss: 0,
      accuracy: 0,
      learningRate: 0.1,
      seconds: 1,
      metrics: { [objective.name]: score(trial.hyperparameters, i + 1) },
    })) satisfies EpochRecord[];
    const common = { trainSize: 1, validationSize: 1, batchSize: 1, seed: 0 };
    trial.histories = records.length > 0 ? [{ epochs: records, seconds: records.length, ...common }] : [];
    trial.scores = failed ? [] : [score(trial.hyperparameters, until)];
    trial.score = trial.scores[0] ?? Number.NaN;
    trial.status = failed ? 'failed' : until < trial.epochs || until === epochs ? 'completed' : 'paused';
  };

  for (;;) {
    const decision = running().length < slots ? ask() : ({ kind: 'wait' } as const);
    if (decision.kind !== 'wait') decisions.push(decision);
    if (decisions.length > 10_000) throw new Error('The oracle never finishes.');
    if (decision.kind === 'start') {
      const { hyperparameters } = decision.definition;
      for (const [name, domain] of decision.definition.space) space.set(name, domain);
      const origin = queue.length > 0 ? 'user' : 'oracle';
      trials.push(makeUpTrial({ id: trials.length + 1, hyperparameters, origin, epochs: decision.epochs }));
      queue.shift();
    } else if (decision.kind === 'continue' || decision.kind === 'prune') {
      const trial = trials[decision.trial - 1];
      if (trial?.status !== 'paused') throw new Error(`The oracle continues or prunes trial ${decision.trial}.`);
      if (decision.kind === 'prune') Object.assign(trial, { status: 'pruned', reason: decision.reason });
      else Object.assign(trial, { status: 'running', epochs: decision.epochs });
    } else if (decision.kind === 'finished' && queue.length > 0) {
      queue.shift();
    } else if (running().length > 0) {
      train(running()[order.integer(running().length)]);
      mostPaused = Math.max(mostPaused, trials.filter(({ status }) => status === 'paused').length);
    } else if (decision.kind === 'finished') {
      return { trials, decisions, builds, mostPaused, spaceExhausted: decision.spaceExhausted };
    } else {
      throw new Error('The oracle waits though no trial runs.');
    }
  }
}
