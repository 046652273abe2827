import type { HyperParameterValues } from '../space/domain';

/** The same text for the same configuration, in whatever order it was asked for. */
export function configurationKey(values: HyperParameterValues): string {
  return JSON.stringify(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}
