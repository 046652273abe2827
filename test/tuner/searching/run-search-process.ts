import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Trial } from '../../../src/tuner/trial';
import type { SearchPlan } from './search-process';

/** A process that searches by a plan, from its start. */
export interface SearchProcess {
  readonly child: ChildProcess;
  /** Resolved when the search begins. */
  readonly running: Promise<void>;
  /** How it ended: with what it found, or by a signal. */
  readonly ended: Promise<{
    readonly found?: { trials: Trial[]; best: number };
    readonly signal: NodeJS.Signals | null;
  }>;
}

/** Starts a search in a process of its own. A process that ends with an error rejects `ended` with what it printed. */
export function startSearchProcess(plan: SearchPlan): SearchProcess {
  // Not the tsx command, which would run the script in a child of its own.
  const script = ['--require', require.resolve('tsx/cjs'), join(__dirname, 'search-process.ts')];
  const child = spawn(process.execPath, [...script, JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  let found: { trials: Trial[]; best: number } | undefined;
  const running = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      if (line === 'running') resolve();
      else if (line.startsWith('{')) found = JSON.parse(line);
    });
    child.once('exit', () => resolve());
  });
  const ended = new Promise<Awaited<SearchProcess['ended']>>((resolve, reject) => {
    child.once('close', (code, signal) => {
      if (code !== 0 && signal === null)
        reject(new Error(`The search ended with status ${code}:\n${errors}`));
      else resolve({ ...(found && { found }), signal });
    });
  });
  return { child, running, ended };
}
