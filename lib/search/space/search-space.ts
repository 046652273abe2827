import { random } from '../../base/random';
import { FatalError } from '../fatal-error';
import {
  contains,
  countShares,
  type Domain,
  type HyperParameterValue,
  type HyperParameterValues,
  valueAt,
  valuesOf,
} from './domain';
import { type Condition, checkSameDomain, HyperParameters, type SpaceOptions } from './hyperparameters';

/** A hyperparameter of a space: its values, and when it is one. */
export interface SearchSpaceEntry {
  readonly domain: Domain;
  /** All must hold for the builder to ask for it; empty: it always does. */
  readonly conditions: readonly (Condition | 'not always')[];
}

/** Everything that a builder can ask for, by name, in about the order in which it asks. */
export type SearchSpace = ReadonlyMap<string, SearchSpaceEntry>;

/** Configurations that are built after every value was forced once, to meet rare combinations. */
const RANDOM_DRAWS = 16;

/** Of a range with more values the ends alone are forced. */
const MAX_FORCED_VALUES = 8;

/** Ends the search for a space without end: a builder that asks for another name each time. */
const MAX_RUNS = 500;

/** One run of the builder: what it asked for. `complete` unless it threw before its end. */
interface Probe {
  readonly values: HyperParameterValues;
  readonly conditions: ReadonlyMap<string, readonly Condition[]>;
  readonly complete: boolean;
}

/**
 * Returns every hyperparameter that a builder can ask for, its domain, and when it is asked for.
 *
 * A builder defines its space by running, so it is run: until every value of every choice, boolean and small range was taken
 * once, together with the values that first led to it, and on 16 random configurations; at most 500 times. What only a rare
 * combination of values asks for can be missed. The same builder gives the same space. Models that it returns are
 * disposed; a run that throws tells what it asked for until then.
 *
 * Conditions are those of `conditionalScope`, and for a plain `if` the one parent whose values explain, in every run, when
 * the hyperparameter was asked for; 'not always' where there is none.
 *
 * @throws FatalError for a name with two domains, also in different branches, and for other faults of the space; and the
 *   builder's own error where every run throws.
 */
export function describeSpace<Data>(
  builder: (hp: HyperParameters, data: Data) => unknown,
  data: Data,
  options: SpaceOptions = {},
): SearchSpace {
  const domains = new Map<string, Domain>();
  /** Each behind the one that was asked for before it when it was met. */
  const names: string[] = [];
  const probes: Probe[] = [];
  /** By name, the values not yet taken, and the configuration in which it was first asked for. */
  const untried = new Map<string, { values: HyperParameterValue[]; context: HyperParameterValues }>();
  let firstError: unknown;
  for (let draw = 0; draw < RANDOM_DRAWS && probes.length < MAX_RUNS; ) {
    const target = [...untried].find(([, { values }]) => values.length > 0);
    if (target === undefined) draw++;
    const context = target?.[1].context ?? {};
    const hp: HyperParameters = new HyperParameters((name, domain) => {
      const replayed = Object.hasOwn(context, name) ? context[name] : undefined;
      if (replayed !== undefined && contains(domain, replayed)) return replayed;
      let entry = untried.get(name);
      if (entry === undefined) {
        entry = { values: forcedValues(name, domain), context: hp.values };
        untried.set(name, entry);
      }
      return entry.values.shift() ?? valueAt(domain, random(0, 'space', probes.length, name).next());
    }, options);
    let complete = true;
    try {
      disposeModel(builder(hp, data));
    } catch (error) {
      if (error instanceof FatalError) throw error;
      firstError ??= error;
      complete = false;
    }
    let previous: string | undefined;
    for (const [name, domain] of hp.space) {
      checkSameDomain(name, domains.get(name) ?? domain, domain);
      if (!domains.has(name)) names.splice(previous === undefined ? 0 : names.indexOf(previous) + 1, 0, name);
      domains.set(name, domain);
      previous = name;
    }
    // A builder that does not do the same twice may not come here again.
    if (target !== undefined && !hp.space.has(target[0])) target[1].values.length = 0;
    probes.push({ values: hp.values, conditions: hp.conditions, complete });
  }
  if (!probes.some(({ complete }) => complete)) throw firstError;
  const ordered = new Map(names.map((name) => [name, domains.get(name) as Domain]));
  const space = new Map<string, SearchSpaceEntry>();
  for (const [name, domain] of ordered) {
    space.set(name, { domain, conditions: findConditions(name, ordered, probes) });
  }
  return space;
}

/** Says a condition in words: `optimizer is "sgd"`, `layers is 2 or 3`. */
export function describeCondition(condition: SearchSpaceEntry['conditions'][number]): string {
  if (condition === 'not always') return condition;
  const values = condition.values.map((value) => JSON.stringify(value));
  const last = values.pop();
  return `${condition.parent} is ${values.length > 0 ? `${values.join(', ')} or ` : ''}${last}`;
}

/** The values of a domain where they are few enough to be taken one and all: choices, and short ranges with steps. */
function fewValues(domain: Domain): HyperParameterValue[] | undefined {
  if (domain.kind === 'choice') return valuesOf(domain);
  return (countShares(domain) ?? Number.POSITIVE_INFINITY) <= MAX_FORCED_VALUES ? valuesOf(domain) : undefined;
}

/** The values to be taken once, in an order that does not bring the largest of all together. */
function forcedValues(name: string, domain: Domain): HyperParameterValue[] {
  const values = fewValues(domain) ?? [valueAt(domain, 0), valueAt(domain, 1)];
  return random(0, 'space', name).shuffle(values);
}

function findConditions(
  name: string,
  domains: ReadonlyMap<string, Domain>,
  probes: readonly Probe[],
): SearchSpaceEntry['conditions'] {
  const asks = ({ values }: Probe, asked: string) => Object.hasOwn(values, asked);
  const holds = ({ values }: Probe, { parent, values: among }: Condition) => among.includes(values[parent]);
  const asking = probes.filter((probe) => asks(probe, name));
  const [scope, ...others] = asking.map(({ conditions }) => conditions.get(name) ?? []);
  // Where it was asked for in different scopes, none of them is the condition.
  const scoped = others.every((other) => JSON.stringify(other) === JSON.stringify(scope)) ? scope : [];
  // A run that threw may not have come so far as to ask.
  const lacking = probes.filter(
    (probe) => probe.complete && !asks(probe, name) && scoped.every((condition) => holds(probe, condition)),
  );
  if (lacking.length === 0) return scoped;
  for (const [parent, domain] of domains) {
    const all = fewValues(domain);
    const before = asking.every(({ values }) => {
      const order = Object.keys(values);
      return order.includes(parent) && order.indexOf(parent) < order.indexOf(name);
    });
    if (all === undefined || !before) continue;
    const values = all.filter((value) => asking.some((probe) => probe.values[parent] === value));
    const condition = { parent, values };
    if (values.length < all.length && !lacking.some((probe) => holds(probe, condition))) {
      return [...scoped, condition];
    }
  }
  return [...scoped, 'not always'];
}

function disposeModel(built: unknown): void {
  const model = built as { dispose?: unknown } | null | undefined;
  if (typeof model?.dispose === 'function') model.dispose();
}
