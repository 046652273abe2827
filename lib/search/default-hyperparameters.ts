import { buildOrDispose } from './executors/training-job';
import type { DataDescription, ModelBuilder } from './model-builder';
import type { SpaceDefinition } from './proposals';
import { HyperParameters, type HyperParameterValues, type SpaceOptions } from './space/hyperparameters';

/**
 * The configuration that a builder has where nothing chooses: what it asks for, each at its `default`, else its lowest or
 * first value. Every search tries it first, unless `startWithDefault` is false.
 *
 *     defaultHyperparameters(buildMlp) // { layers: 2, units1: 128, ... }
 *
 * The builder is run for it, and a model that it returns is disposed; what it throws is thrown.
 *
 * @param data what the builder is told of the data; default two classes.
 * @param options the search's own: `overrides` are its `hyperparameters`, whose domains and defaults go before the builder's.
 */
export function defaultHyperparameters(
  builder: ModelBuilder | SpaceDefinition,
  data: DataDescription = { classNames: ['0', '1'] },
  options: SpaceOptions = {},
): HyperParameterValues {
  const hp = new HyperParameters(undefined, options);
  const built = buildOrDispose(() => (builder as SpaceDefinition)(hp, data)) as { dispose?: unknown } | null;
  if (typeof built?.dispose === 'function') built.dispose();
  return hp.values;
}
