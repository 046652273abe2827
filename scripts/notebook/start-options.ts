import { parseArgs } from 'node:util';
import { UsageError } from './parameters';
import { REPORT_HELP, REPORT_OPTIONS, readReportOptions } from './report-options';
import type { ReportOptions } from './write-report';

/** A command that runs notebooks and writes reports. */
export type Command = 'npm start' | 'npm run report';

/** What `npm start` or `npm run report` was asked to do. */
export interface StartOptions {
  readonly help: boolean;
  /** False takes the outputs that are there. */
  readonly execute: boolean;
  /** Names of the notebooks to run, without `.ipynb`, in their order. */
  readonly notebooks: readonly string[];
  /** Notebook parameters by name, as given. */
  readonly settings: ReadonlyMap<string, string>;
  readonly report: ReportOptions;
}

const PARAMETER_HELP = `\
  --profile NAME    quick (minutes), full (the real search, about an hour) or small (a trial run); default quick
  --dataset NAME    for instance emnist-balanced, mnist; default: what data/ holds, else the built-in MNIST
  --seed N          a whole number from 0; default 0
  -p NAME=VALUE     set any parameter of the notebooks: -p trials=3 -p epochs=2; may be repeated`;
const DATA_HELP = 'The folder of the data is data/, or the one that the environment variable DATA_DIR names.';

export const HELP: Readonly<Record<Command, string>> = {
  'npm start': `npm start -- [options]

Runs the notebooks in order and writes their reports: reports/<notebook>.html and .pdf, and all of them bound as
reports/report.html and .pdf.

${PARAMETER_HELP}
  --only NAME       run this notebook alone: 02-mlp-search, or 02; may be repeated
${REPORT_HELP}
  --help            this text

${DATA_HELP}`,
  'npm run report': `npm run report -- [options] [NAME...]

Runs the notebooks, or those named, as npm start does (finished searches come from disk), and writes their reports:
reports/<notebook>.html and .pdf, and several of them bound as reports/report.html and .pdf.

  --no-execute      run nothing: take notebooks/<name>.ipynb as you saved it in JupyterLab, or what npm start made of it,
                    whichever is newer
${REPORT_HELP}
${PARAMETER_HELP}
  --help            this text

${DATA_HELP}`,
};

/**
 * The options in `args`; `available` are the notebooks there are, in their order. Wrong input is a usage error that says
 * the rule and the cure.
 */
export function parseStartOptions(
  args: readonly string[],
  available: readonly string[],
  command: Command = 'npm start',
): StartOptions {
  const { values, positionals } = parse(args, command);
  if (command === 'npm start' && positionals.length > 0) {
    throw new UsageError(
      `npm start takes options alone, but got "${positionals[0]}". To run one notebook: npm start -- --only ${positionals[0]}`,
    );
  }
  const settings = new Map<string, string>();
  const set = (name: string, value: string, option: string) => {
    if (settings.has(name)) throw new UsageError(`${name} is set twice: ${option} is the second. Give it once.`);
    settings.set(name, value);
  };
  for (const name of ['profile', 'dataset', 'seed'] as const) {
    const value = values[name];
    if (value !== undefined) set(name, value, `--${name}`);
  }
  for (const setting of values.param ?? []) {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(setting) ?? [];
    if (name === undefined || value === undefined) {
      throw new UsageError(`-p must be followed by NAME=VALUE, but got "${setting}". For instance: -p trials=3`);
    }
    set(name, value, `-p ${setting}`);
  }
  const seed = settings.get('seed');
  if (seed !== undefined && !(/^\d+$/.test(seed) && Number.isSafeInteger(Number(seed)))) {
    throw new UsageError(`seed must be a whole number from 0 to 2^53 - 1, but got "${seed}".`);
  }
  const execute = values['no-execute'] !== true;
  const [first] = settings.keys();
  if (!execute && first !== undefined) {
    throw new UsageError(
      `--no-execute takes outputs as they are, but got a value for ${first}. Drop --no-execute to run with it.`,
    );
  }
  const only = [...(values.only ?? []), ...positionals].map((name) => findNotebook(name, available));
  const notebooks = only.length > 0 ? available.filter((name) => only.includes(name)) : available;
  return { help: values.help ?? false, execute, notebooks, settings, report: readReportOptions(values) };
}

function parse(args: readonly string[], command: Command) {
  try {
    const parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        profile: { type: 'string' },
        dataset: { type: 'string' },
        seed: { type: 'string' },
        only: { type: 'string', multiple: true },
        param: { type: 'string', short: 'p', multiple: true },
        'no-execute': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        ...REPORT_OPTIONS,
      },
    });
    if (command === 'npm start' && parsed.values['no-execute']) {
      throw new UsageError('npm start runs the notebooks: --no-execute belongs to npm run report -- --no-execute.');
    }
    return parsed;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${(error as Error).message}\n${command} -- --help lists the options.`);
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
