import { spawn } from 'node:child_process';
import { findCure, SetupError } from './setup-error.mjs';

/** @typedef {{ succeeded: boolean, signal: string | null, output: string }} CommandResult */

/** @type {Set<number>} */
const running = new Set();
/** @type {(pids: number[]) => void} */
let announce = () => {};

/**
 * Has `listener` called with the process ids of all commands that run, whenever one starts or is over.
 * @param {(pids: number[]) => void} listener
 */
export function onCommand(listener) {
  announce = listener;
}

/**
 * How a command ended and all it printed, stdout and stderr in order. Nothing is shown, nothing is thrown: a command
 * that does not exist has not succeeded.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number }} [options]
 * @returns {Promise<CommandResult>}
 */
export function runCommand(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      timeout: options.timeoutMs,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    /** @param {string} text */
    const collect = (text) => {
      output += text;
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    /** @param {'add' | 'delete'} change */
    const announceChange = (change) => {
      running[change](/** @type {number} */ (child.pid));
      announce([...running]);
    };
    child.on('spawn', () => announceChange('add'));
    child.on('error', (error) => resolve({ succeeded: false, signal: null, output: error.message }));
    child.on('close', (code, signal) => {
      announceChange('delete');
      resolve({ succeeded: code === 0, signal, output });
    });
  });
}

/**
 * The first and last lines of a long output: npm says its reason first, pip and compilers last.
 * @param {string} output
 */
export function shorten(output) {
  const lines = output.trim().split('\n');
  return (lines.length <= 20 ? lines : [...lines.slice(0, 6), '...', ...lines.slice(-13)]).join('\n');
}

/**
 * What a command printed. Throws a `SetupError` with the end of its output and a cure if it fails.
 * @param {string} what the action, as the error names it: `installing npm packages`
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number }} [options]
 */
export async function mustRun(what, command, args, options) {
  const { succeeded, signal, output } = await runCommand(command, args, options);
  if (succeeded) return output;
  throw new SetupError(`${what} failed${signal ? ` (${signal})` : ''}:\n${shorten(output)}`, findCure(output));
}
