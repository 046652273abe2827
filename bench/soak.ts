import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { Holdings } from './systems/inkwell-soak';

/** What a process holds along a search of so many trials, some of which fail; with one worker it trains in that process. */
export async function soak(trials: number, workers: number, onHoldings?: (holdings: Holdings) => void): Promise<Holdings[]> {
  const script = join(__dirname, 'systems', 'inkwell-soak.ts');
  const child = spawn(
    process.execPath,
    ['--expose-gc', '--require', require.resolve('tsx/cjs'), script, String(trials), String(workers)],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const errors = text(child.stderr);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const found: Holdings[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{')) continue;
    const holdings = JSON.parse(line) as Holdings;
    found.push(holdings);
    onHoldings?.(holdings);
  }
  if ((await ended) !== 0) throw new Error(`The soak ended early:\n${await errors}`);
  return found;
}

/** Runs the soak in one process and with two workers, and prints what they hold as they go. */
export async function reportSoak(trials: number): Promise<void> {
  for (const workers of [1, 2]) {
    console.log(`\n${trials} trials ${workers === 1 ? 'in one process' : `with ${workers} workers`}`);
    console.log('trial  failed  RSS in MB  tensors  bytes  open files  children  listeners');
    await soak(trials, workers, ({ trial, failed, megabytes, tensors, bytes, files, children, listeners }) => {
      const cells = [trial, failed, megabytes.toFixed(1), tensors, bytes, files, children, listeners];
      const widths = [5, 6, 9, 7, 5, 10, 8, 9];
      console.log(cells.map((cell, i) => String(cell).padStart(widths[i])).join('  '));
    });
  }
}
