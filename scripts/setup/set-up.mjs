import { performance } from 'node:perf_hooks';
import { cacheFolder } from './cache-folder.mjs';
import { checkDiskSpace, formatGigabytes } from './disk-space.mjs';
import { jupyterKernel } from './jupyter.mjs';
import { npmPackages } from './npm-packages.mjs';
import { lockProject } from './project-lock.mjs';
import { pythonPackages } from './python-packages.mjs';
import { onCommand } from './run-command.mjs';
import { findCure, SetupError } from './setup-error.mjs';
import { tensorflow } from './tensorflow.mjs';

/**
 * One part of the set-up. It may be killed at any moment: what makes `isReady` true is written last.
 * @typedef {object} Step
 * @property {string} name
 * @property {number} projectBytes what it needs in the project's folder, at most
 * @property {number} cacheBytes what it needs in the user's cache folders, at most
 * @property {number} downloadBytes
 * @property {() => boolean | Promise<boolean>} isReady in milliseconds, without network
 * @property {() => Promise<void>} [check] throws if the machine lacks what the step needs
 * @property {() => Promise<string>} run does the work and says in a few words what is there now
 */

/** @param {number} startMs */
const formatSeconds = (startMs) => `${((performance.now() - startMs) / 1000).toFixed(1)} s`;

/** @param {string} text */
const say = (text) => console.log(text);

/**
 * Runs a step and says so in one line with its time: on a terminal the line counts the seconds meanwhile, elsewhere a
 * line a minute shows that it goes on.
 * @param {Step} step
 */
async function runStep(step) {
  const startMs = performance.now();
  const name = `  ${step.name.padEnd(16)}`;
  const isTerminal = process.stdout.isTTY;
  const ticker = setInterval(
    () => {
      if (isTerminal) process.stdout.write(`\r${name} ${formatSeconds(startMs)} ...`);
      else say(`${name} still at work after ${formatSeconds(startMs)}`);
    },
    isTerminal ? 200 : 60_000,
  );
  try {
    const summary = await step.run();
    if (isTerminal) process.stdout.write('\r\x1b[K');
    say(`${name} ${formatSeconds(startMs).padStart(7)}  ${summary}`);
  } catch (error) {
    if (isTerminal) process.stdout.write('\r\x1b[K');
    say(`${name} ${formatSeconds(startMs).padStart(7)}  failed`);
    throw error;
  } finally {
    clearInterval(ticker);
  }
}

/**
 * Steps that have something to do.
 * @param {Step[]} steps
 */
async function findPending(steps) {
  const pending = [];
  for (const step of steps) if (!(await step.isReady())) pending.push(step);
  return pending;
}

/**
 * @param {string} root
 * @param {Step[]} pending
 */
async function checkMachine(root, pending) {
  /** @param {'projectBytes' | 'cacheBytes' | 'downloadBytes'} key */
  const sum = (key) => pending.reduce((total, step) => total + step[key], 0);
  const cache = cacheFolder();
  const bytes = sum('projectBytes') + sum('cacheBytes');
  say(`Setting up Inkwell: ${pending.map((step) => step.name).join(', ')}.`);
  if (bytes > 0) {
    say(
      `This needs up to ${formatGigabytes(bytes)} of disk, in this folder and in ${cache}, and downloads up to ` +
        `${formatGigabytes(sum('downloadBytes'))}. You may stop it at any time and run it again.`,
    );
  }
  checkDiskSpace([
    { folder: root, bytes: sum('projectBytes') },
    { folder: cache, bytes: sum('cacheBytes') },
  ]);
  for (const step of pending) await step.check?.();
}

/** @param {unknown} error */
function explain(error) {
  if (error instanceof SetupError) return `${error.message}\nCure: ${error.cure}`;
  const isSystemError = error instanceof Error && 'syscall' in error;
  if (isSystemError) return `${error.message}\nCure: ${findCure(error.message)}`;
  return error instanceof Error ? error.stack : String(error);
}

/**
 * Whether everything that Inkwell needs is installed now. Does what is missing, and nothing in well under a second when
 * nothing is. Failures are printed, with their cure, to stderr.
 * @param {string} root the project's folder
 */
export async function setUp(root) {
  const startMs = performance.now();
  try {
    if (process.platform === 'win32') {
      throw new SetupError('Inkwell runs on Linux and macOS; this is Windows.', 'Use WSL 2: see environment.md.');
    }
    // A later step uses what an earlier one installs, so the order matters.
    const steps = [npmPackages(root), pythonPackages(root), tensorflow(root), jupyterKernel(root)];
    if ((await findPending(steps)).length > 0) {
      const lock = await lockProject(root, say);
      onCommand((pid) => lock.setChild(pid));
      try {
        const pending = await findPending(steps);
        if (pending.length > 0) await checkMachine(root, pending);
        // Asked again one by one: npm removes what TensorFlow's step put into node_modules, a new .venv has no kernel.
        for (const step of steps) if (!(await step.isReady())) await runStep(step);
      } finally {
        lock.release();
      }
    }
  } catch (error) {
    console.error(`\nSet-up failed. ${explain(error)}`);
    return false;
  }
  say(`Set-up is complete (${formatSeconds(startMs)}).`);
  return true;
}
