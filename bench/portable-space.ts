import { type Domain, isOrdered, valuesOf } from '../lib/search/space/domain';
import type { Condition, HyperParameters, HyperParameterValue } from '../lib/search/space/hyperparameters';
import { describeSpace, type SearchSpace } from '../lib/search/space/search-space';
import type { DataDescription, ModelBuilder } from '../src';

/** A domain with what Python would have to work out: whether a choice is ordered, and the values of steps that are factors. */
type PortableDomain = Domain & { readonly isOrdered?: boolean; readonly values?: readonly HyperParameterValue[] };

/** A hyperparameter as `bench/systems/search_space.py` reads it. */
export interface PortableEntry {
  readonly name: string;
  readonly domain: PortableDomain;
  readonly conditions: readonly Condition[];
}

/** The space of a builder as plain data: what other systems ask for, in order, to search the very same. */
export function portableSpace(builder: ModelBuilder, data: DataDescription, overrides: HyperParameters): PortableEntry[] {
  return listEntries(describeSpace(builder, data, { overrides }));
}

/**
 * A space's entries, parents before their children. A parent that is fixed is no condition. What is asked for 'not always', for a
 * reason that no condition says, is always asked for: the builder then leaves it alone.
 *
 * @throws Error where a parent comes after its child.
 */
export function listEntries(space: SearchSpace): PortableEntry[] {
  const names = [...space.keys()];
  return [...space].map(([name, { domain, conditions }]) => {
    const known = conditions.filter((condition): condition is Condition => condition !== 'not always');
    const late = known.find(({ parent }) => names.indexOf(parent) >= names.indexOf(name));
    if (late) throw new Error(`"${name}" depends on "${late.parent}", which is asked for after it.`);
    const open = known.filter(({ parent }) => space.get(parent)?.domain.kind !== 'fixed');
    return { name, domain: describe(domain), conditions: open };
  });
}

function describe(domain: Domain): PortableDomain {
  if (domain.kind === 'choice') return { ...domain, isOrdered: isOrdered(domain) };
  if (domain.kind !== 'int' && domain.kind !== 'float') return domain;
  if (domain.sampling === 'linear' || domain.step === undefined) return domain;
  return { ...domain, values: valuesOf(domain) };
}
