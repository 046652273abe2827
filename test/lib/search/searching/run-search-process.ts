import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Trial } from '../../../../lib/search/trial';
import type { SearchPlan } from './search-process';

/** A process that searches by a plan, from its start. */
export interface SearchProcess {
  readonly child: ChildProcess;
  /** Resolved when the search begins. */
  readonly running: Promise<void>;
  /** What it printed so far, errors included. */
  readonly printed: () => string;
  /** How it ended: with what it found, or by a signal. */
  readonly ended: Promise<{ readonly found?: { trials: Trial[]; best: number }; readonly signal: NodeJS.Signals | null }>;
}

/** A process that has loaded, or is about to, and waits for its plan: loading takes longer than many a search. */
export interface LoadedProcess {
  readonly child: ChildProcess;
  begin(plan: SearchPlan): SearchProcess;
}

/** Starts a process that can search. One that ends with an error rejects `ended` with what it printed. */
export function loadSearchProcess(): LoadedProcess {
  // Not the tsx command, which would run the script in a child of its own.
  const script = ['--require', require.resolve('tsx/cjs'), join(__dirname, 'search-process.ts')];
  const child = spawn(process.execPath, script, { stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  // Of a process that is gone: `ended` tells.
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout });
  let output = '';
  lines.on('line', (line) => {
    output += `${line}\n`;
  });
  return {
    child,
    begin(plan) {
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
          if (code !== 0 && signal === null) reject(new Error(`The search ended with status ${code}:\n${errors}`));
          else resolve({ ...(found && { found }), signal });
        });
      });
      child.stdin.end(JSON.stringify(plan));
      return { child, running, printed: () => output + errors, ended };
    },
  };
}

/** Searches by a plan in a process of its own. */
export function startSearchProcess(plan: SearchPlan): SearchProcess {
  return loadSearchProcess().begin(plan);
}
