import {
  countShares,
  type Domain,
  type HyperParameterValue,
  type HyperParameterValues,
  type NumericDomain,
  valueAt,
  valuesOf,
} from '../space/domain';
import type { Trial } from '../trial';

/** Above this many values a hyperparameter counts as one that can always have another. */
const MAX_VALUES = 10_000;

/** What was asked for after the same values: the branch that each value leads to. */
interface Question {
  readonly name: string;
  readonly branches: Map<HyperParameterValue, Question | 'tried'>;
  /** Values that lead to nothing new. */
  readonly closed: Set<HyperParameterValue>;
}

/**
 * What is left of a space, from the configurations that were tried: a tree, since a builder asks in the same order wherever it
 * got the same answers, and what it asks for may depend on them.
 *
 *     const untried = new Untried(domains);
 *     untried.add({ layers: 1, activation: 'relu' });
 *     const draw = untried.walk();
 *     draw('layers', domain, 0.2); // the value at 0.2, unless all that begins so was tried: then one that leads further
 */
export class Untried {
  readonly #domains: Map<string, Domain>;
  #root: Question | undefined;
  #isEmpty = false;

  /** @param domains of the hyperparameters; those that it meets itself need not be there. */
  constructor(domains: ReadonlyMap<string, Domain>) {
    this.#domains = new Map(domains);
  }

  /** What these trials leave, but for those whose model could not be built: with the builder mended they say nothing. */
  static after(trials: readonly Trial[], domains: ReadonlyMap<string, Domain>): Untried {
    const untried = new Untried(domains);
    for (const { hyperparameters, status, histories } of trials) {
      if (status !== 'failed' || histories.length > 0) untried.add(hyperparameters);
    }
    return untried;
  }

  /** True where nothing is left. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** Takes out a configuration, in the order asked, or all that begins so where its builder came no further. */
  add(values: HyperParameterValues): void {
    const entries = Object.entries(values);
    const path: Question[] = [];
    let at: Question | 'tried' | undefined = this.#root;
    for (const [i, [name, value]] of entries.entries()) {
      if (at === undefined) at = this.#ask(name, path.at(-1), entries[i - 1]?.[1]);
      // Other questions after the same answers: the builder was changed, and the tree says nothing of it.
      if (at === 'tried' || at.name !== name) return;
      path.push(at);
      at = at.branches.get(value);
    }
    if (at !== undefined) return;
    for (let i = path.length - 1; i >= 0; i--) {
      const [question, value] = [path[i], entries[i][1]];
      if (i === path.length - 1) question.branches.set(value, 'tried');
      question.closed.add(value);
      if (!this.#isClosed(question)) return;
    }
    this.#isEmpty = path.length > 0;
  }

  /** Answers a builder's questions, in its order, with the values at `u`, 0 to 1, or others that lead to something untried. */
  walk(): (name: string, domain: Domain, u: number) => HyperParameterValue {
    let at: Question | 'tried' | undefined = this.#root;
    return (name, domain, u) => {
      this.#domains.set(name, domain);
      let value = valueAt(domain, u);
      if (at === undefined || at === 'tried' || at.name !== name) {
        at = undefined;
        return value;
      }
      const { closed, branches } = at;
      if (closed.has(value)) {
        const open = allValues(domain)?.filter((each) => !closed.has(each)) ?? [];
        if (open.length > 0) value = open[Math.min(open.length - 1, Math.floor(u * open.length))];
      }
      at = branches.get(value);
      return value;
    };
  }

  #ask(name: string, parent: Question | undefined, value: HyperParameterValue | undefined): Question {
    const question: Question = { name, branches: new Map(), closed: new Set() };
    if (parent === undefined) this.#root = question;
    else parent.branches.set(value as HyperParameterValue, question);
    return question;
  }

  #isClosed({ name, closed }: Question): boolean {
    const domain = this.#domains.get(name);
    return (domain && allValues(domain)?.every((value) => closed.has(value))) ?? false;
  }
}

/** All values of a domain; undefined where they are too many, or cannot be counted. */
function allValues(domain: Domain): HyperParameterValue[] | undefined {
  const count = countShares(domain);
  if (count !== undefined) return count > MAX_VALUES ? undefined : valuesOf(domain);
  const { kind, min, max } = domain as NumericDomain;
  if (min === max) return [min];
  if (kind === 'float' || max - min >= MAX_VALUES) return undefined;
  return Array.from({ length: max - min + 1 }, (_, n) => min + n);
}
