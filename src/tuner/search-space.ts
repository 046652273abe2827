import type { DataShape, ModelBuilder } from '../models/model-builder';
import type { Domain } from './hyperparameters';
import { RandomOracle } from './random-oracle';

/** Configurations that are built to find every hyperparameter; one that only 1 in 20 has is missed once in 25 spaces. */
const DRAWS = 64;

/**
 * Returns the domain of every hyperparameter that a builder asks for, by name, in the order met.
 *
 * A builder defines its space by running, so it is run on some random configurations, and what they ask for is put
 * together; hyperparameters of rare combinations can be missed.
 */
export function describeSpace(builder: ModelBuilder, data: DataShape): Map<string, Domain> {
  const space = new Map<string, Domain>();
  const oracle = new RandomOracle({ seed: 0 });
  for (let draw = 0; draw < DRAWS; draw++) {
    oracle.ask((hp) => {
      builder(hp, data).dispose();
      for (const [name, domain] of hp.space) space.set(name, domain);
    });
  }
  return space;
}
