import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { startPython } from './python';

/** How a notebook's run ended. */
export interface RunOutcome {
  readonly status: 'done' | 'failed' | 'interrupted';
  readonly seconds: number;
  /** Most memory of the kernel's process, in bytes; null where the system does not say. */
  readonly memory: number | null;
  /** The cell that failed: its index among all cells, its number among the code cells, what it printed. */
  readonly error?: { readonly index: number; readonly number: number; readonly text: string };
}

/**
 * What a running notebook tells; `index` counts all cells, `number` and `of` the code cells. `line` says how far a training or
 * search is, `ended` what each epoch or trial that ended since came to, and the whole in the end.
 */
export type RunEvent =
  | { readonly event: 'cell'; readonly index: number; readonly number: number; readonly of: number }
  | { readonly event: 'progress'; readonly line: string; readonly ended: readonly string[] };

type RawEvent =
  | RunEvent
  | { event: 'error'; index: number; number: number; text: string }
  | { event: 'end'; status: RunOutcome['status']; seconds: number; memory: number | null };

/**
 * Runs a notebook in a fresh kernel and writes it, executed, to `target`. `stop` interrupts it and lets it write what
 * there is; `kill` does not wait.
 */
export function runNotebook(
  source: string,
  target: string,
  onEvent: (event: RunEvent) => void,
): { outcome: Promise<RunOutcome>; stop(): void; kill(): void } {
  const child = startPython('run.py', [source, target]);
  let outcome: RunOutcome | undefined;
  let error: RunOutcome['error'];
  let complaints = '';
  // The kernel's own standard error comes here, too: kept short, told if the run itself breaks.
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-4000);
  });
  const lines = createInterface({ input: child.stdout as Readable });
  lines.on('line', (line) => {
    const event = JSON.parse(line) as RawEvent;
    if (event.event === 'error') error = { index: event.index, number: event.number, text: event.text };
    else if (event.event === 'end') {
      const { status, seconds, memory } = event;
      outcome = { status, seconds, memory, ...(error === undefined ? {} : { error }) };
    } else onEvent(event);
  });
  return {
    outcome: new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        if (outcome !== undefined) resolve(outcome);
        else reject(new Error(`Running the notebook broke off (${signal ?? `status ${code}`}):\n${complaints.trim()}`));
      });
    }),
    stop: () => child.kill('SIGINT'),
    kill: () => child.kill('SIGKILL'),
  };
}
