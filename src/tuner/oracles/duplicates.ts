import type { HyperParameterValues } from '../space/domain';

/** Of trials, whose values never change: before each new one all of them are looked through. */
const keys = new WeakMap<HyperParameterValues, string>();

/** Whether one of the trials has had this configuration. */
export function wasTried(
  values: HyperParameterValues,
  trials: readonly { readonly hyperparameters: HyperParameterValues }[],
): boolean {
  const wanted = configurationKey(values);
  for (const { hyperparameters } of trials) {
    let key = keys.get(hyperparameters);
    if (key === undefined) {
      key = configurationKey(hyperparameters);
      keys.set(hyperparameters, key);
    }
    if (key === wanted) return true;
  }
  return false;
}

/** The same text for the same configuration, in whatever order it was asked for. */
export function configurationKey(values: HyperParameterValues): string {
  return JSON.stringify(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}
