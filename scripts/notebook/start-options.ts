import { parseArgs } from 'node:util';
import { UsageError } from './parameters';

/** What `npm start` was asked to do. */
export interface StartOptions {
  readonly help: boolean;
  /** Names of the notebooks to run, without `.ipynb`, in their order. */
  readonly notebooks: readonly string[];
  /** Notebook parameters by name, as given. */
  readonly settings: ReadonlyMap<string, string>;
}

export const HELP = `npm start -- [options]

Runs the notebooks in order and writes reports/<notebook>.html.

  --profile NAME    quick (minutes), full (the real search, over an hour) or small (a trial run); default quick
  --dataset NAME    for instance emnist-balanced, mnist; default: what data/ holds, else the built-in MNIST
  --seed N          a whole number from 0; default 0
  --only NAME       run this notebook alone: 02-mlp-search, or 02; may be repeated
  -p NAME=VALUE     set any parameter of the notebooks: -p trials=3 -p epochs=2; may be repeated
  --help            this text

The folder of the data is data/, or the one that the environment variable DATA_DIR names.`;

/**
 * The options in `args`; `available` are the notebooks there are, in their order. Wrong input is a usage error that says
 * the rule and the cure.
 */
export function parseStartOptions(args: readonly string[], available: readonly string[]): StartOptions {
  const { values, positionals } = parse(args);
  if (positionals.length > 0) {
    throw new UsageError(
      `npm start takes options alone, but got "${positionals[0]}". To run one notebook: npm start -- --only ${positionals[0]}`,
    );
  }
  const settings = new Map<string, string>();
  const set = (name: string, value: string, option: string) => {
    if (settings.has(name))
      throw new UsageError(`${name} is set twice: ${option} is the second. Give it once.`);
    settings.set(name, value);
  };
  for (const name of ['profile', 'dataset', 'seed'] as const) {
    const value = values[name];
    if (value !== undefined) set(name, value, `--${name}`);
  }
  for (const setting of values.param ?? []) {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(setting) ?? [];
    if (name === undefined || value === undefined) {
      throw new UsageError(
        `-p must be followed by NAME=VALUE, but got "${setting}". For instance: -p trials=3`,
      );
    }
    set(name, value, `-p ${setting}`);
  }
  const seed = settings.get('seed');
  if (seed !== undefined && !(/^\d+$/.test(seed) && Number.isSafeInteger(Number(seed)))) {
    throw new UsageError(`seed must be a whole number from 0 to 2^53 - 1, but got "${seed}".`);
  }
  const only = (values.only ?? []).map((name) => findNotebook(name, available));
  const notebooks = only.length > 0 ? available.filter((name) => only.includes(name)) : available;
  return { help: values.help ?? false, notebooks, settings };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        profile: { type: 'string' },
        dataset: { type: 'string' },
        seed: { type: 'string' },
        only: { type: 'string', multiple: true },
        param: { type: 'string', short: 'p', multiple: true },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\nnpm start -- --help lists the options.`);
  }
}

/** The one notebook that a name means: its whole name, its file, or how it begins. */
export function findNotebook(name: string, available: readonly string[]): string {
  const wanted = name.replace(/^.*\//, '').replace(/\.ipynb$/, '');
  const exact = available.filter((candidate) => candidate === wanted);
  const found = exact.length > 0 ? exact : available.filter((candidate) => candidate.startsWith(wanted));
  if (wanted === '' || found.length !== 1) {
    throw new UsageError(
      `"${name}" must name one notebook, but fits ${found.join(' and ') || 'none'}; there are ${available.join(', ')}.`,
    );
  }
  return found[0] as string;
}
