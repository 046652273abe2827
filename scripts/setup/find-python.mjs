import { runCommand } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';

/** @typedef {{ executable: string, version: [number, number, number], hasVenv: boolean }} Python */

// Read by any Python, 2 included.
const PROBE = `
import json, sys
try:
    import venv, ensurepip
    has_venv = True
except ImportError:
    has_venv = False
print(json.dumps({"executable": sys.executable, "version": list(sys.version_info[:3]), "hasVenv": has_venv}))
`;

/**
 * What a command says about the Python it starts; `undefined` if it starts none.
 * @param {string} command
 * @returns {Promise<Python | undefined>}
 */
async function probe(command) {
  const { succeeded, output } = await runCommand(command, ['-c', PROBE]);
  if (!succeeded) return undefined;
  try {
    return JSON.parse(output.trim().split('\n').at(-1) ?? '');
  } catch {
    return undefined;
  }
}

// For which every package of requirements.txt has a ready build: 3.11 to 3.15.
const OLDEST = 11;
const NEWEST = 15;

/** @param {Python} python */
function describeFault({ version: [major, minor], hasVenv }) {
  if (major !== 3 || minor < OLDEST) return ', too old';
  if (minor > NEWEST) return ', too new: not all packages are built for it yet';
  return hasVenv ? undefined : ', without the modules venv and ensurepip';
}

/**
 * The first Python 3.11 to 3.15 that can make a virtual environment: the one that the environment variable `PYTHON`
 * names, else one from `PATH`. Throws a `SetupError` that lists what was found instead.
 * @param {string | undefined} chosen the value of `PYTHON`
 * @param {(command: string) => Promise<Python | undefined>} [probeCommand] for tests
 */
export async function findPython(chosen, probeCommand = probe) {
  const minors = Array.from({ length: NEWEST - OLDEST + 1 }, (_, i) => NEWEST - i);
  const commands = chosen ? [chosen] : ['python3', ...minors.map((minor) => `python3.${minor}`), 'python'];
  const found = [];
  for (const command of commands) {
    const python = await probeCommand(command);
    if (!python) continue;
    const fault = describeFault(python);
    if (!fault) return python;
    found.push(`${command} is ${python.version.join('.')} (${python.executable})${fault}`);
  }
  const isDebianCase = found.some((line) => line.includes('venv'));
  throw new SetupError(
    [
      `Inkwell needs Python 3.${OLDEST} to 3.${NEWEST} with its venv module. `,
      chosen ? `PYTHON is ${chosen}. ` : '',
      found.length > 0 ? `Found: ${found.join('; ')}.` : `No Python answers to ${commands.join(', ')}.`,
    ].join(''),
    isDebianCase
      ? 'sudo apt install python3-venv (Debian, Ubuntu), then run the command again.'
      : [
          'sudo apt install python3 python3-venv (Debian 12, Ubuntu 24.04 and newer),',
          'sudo apt install python3.11 python3.11-venv (Ubuntu 22.04), brew install python@3.13 (macOS),',
          'or name another one: PYTHON=/path/to/python3.12 npm start.',
        ].join(' '),
  );
}
