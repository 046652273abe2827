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
 * @property {Step[]} [needs] those that must be over when it begins; others run at the same time
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
 * Runs steps, each as soon as those that it needs are over and where there is something to do then, and says so in a line with
 * its time. On a terminal a last line names those that run and counts the seconds, elsewhere a line a minute shows that it goes
 * on. After a failure what runs comes to its end, since its work is kept; then the failure is thrown.
 * @param {Step[]} steps each after those that it needs
 */
export async function runSteps(steps) {
  /** @type {Map<Step, number>} */
  const running = new Map();
  const isTerminal = process.stdout.isTTY;
  const tick = () => {
    const names = [...running].map(([{ name }, startMs]) => `${name} ${formatSeconds(startMs)}`).join(', ');
    if (isTerminal) process.stdout.write(`\r\x1b[K  ${names} ...`);
    else say(`  still at work: ${names}`);
  };
  const clear = () => {
    if (isTerminal) process.stdout.write('\r\x1b[K');
  };
  const ticker = setInterval(tick, isTerminal ? 200 : 60_000);
  /** @type {Map<Step, Promise<void>>} */
  const ends = new Map();
  for (const step of steps) {
    const run = async () => {
      await Promise.all((step.needs ?? []).map((needed) => ends.get(needed)));
      // Asked now: npm removes what TensorFlow's step put into node_modules, and a new .venv has no kernel.
      if (await step.isReady()) return;
      const startMs = performance.now();
      running.set(step, startMs);
      const summary = await step.run().catch((/** @type {unknown} */ error) => error);
      running.delete(step);
      clear();
      const isFailure = summary instanceof Error;
      say(`  ${step.name.padEnd(16)} ${formatSeconds(startMs).padStart(7)}  ${isFailure ? 'failed' : summary}`);
      if (isFailure) throw summary;
    };
    ends.set(step, run());
  }
  try {
    const outcomes = await Promise.allSettled(ends.values());
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  } finally {
    clearInterval(ticker);
    clear();
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
    const npm = npmPackages(root);
    const [python, packages] = pythonPackages(root);
    const steps = [python, npm, packages, ...tensorflow(root, [npm], [python]), jupyterKernel(root, [packages])];
    if ((await findPending(steps)).length > 0) {
      const lock = await lockProject(root, say);
      onCommand((pids) => lock.setChildren(pids));
      try {
        const pending = await findPending(steps);
        if (pending.length > 0) await checkMachine(root, pending);
        await runSteps(steps);
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
