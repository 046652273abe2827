// Machines for tests: processes of the real worker command, and a data set as files.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Trial } from '../../../lib/search/trial';
import { onSmallDisk } from '../../faults/small-disk';
import { childrenOf } from '../../processes';
import { imagesFile, labelsFile } from '../data/samples';
import { stripedImages } from '../training/striped-images';
import { until } from './server';

const ROOT = join(__dirname, '../../..');
export const BUILDERS = join(ROOT, 'test/lib/search/searching/builders.ts');

/** A folder with the data set `stripes`; the caller removes it. */
export function makeDataFolder(seed = 0): string {
  const folder = mkdtempSync(join(tmpdir(), 'inkwell-stripes-'));
  for (const part of ['train', 'test']) {
    const { images, labels } = stripedImages(part === 'train' ? 4000 : 40, 4, seed);
    writeFileSync(join(folder, `stripes-${part}-images-idx3-ubyte`), imagesFile(images));
    writeFileSync(join(folder, `stripes-${part}-labels-idx1-ubyte`), labelsFile([...labels]));
  }
  return folder;
}

export class Machine {
  readonly child: ChildProcess;
  output = '';
  /** Of its Redis. */
  readonly url: string;

  constructor(args: readonly string[], { env = {}, script = [], smallDisk }: MachineOptions = {}) {
    const worker = ['--require', require.resolve('tsx/cjs'), ...script, join(ROOT, 'scripts/worker.ts')];
    const command = [process.execPath, ...worker, ...args];
    this.url = args[args.indexOf('--redis') + 1];
    const [program, ...rest] = smallDisk
      ? ['unshare', ...onSmallDisk(smallDisk.path, smallDisk.size, command.join(' '))]
      : command;
    this.child = spawn(program, rest, { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
  }

  /** Resolves when it has printed `words`. */
  async printed(words: string): Promise<void> {
    await until(() => this.output.includes(words) || this.child.exitCode !== null);
    if (!this.output.includes(words)) throw new Error(`It ended without "${words}":\n${this.output}`);
  }

  get isThere(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Its processes that train. */
  get trainers(): number[] {
    return childrenOf(this.child.pid as number, 'worker.ts');
  }

  /** Exit status, null after a signal. */
  async end(signal?: NodeJS.Signals): Promise<number | null> {
    if (signal) this.child.kill(signal);
    if (this.isThere) await once(this.child, 'exit');
    return this.child.exitCode;
  }
}

export interface MachineOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Put before the command's own on Node's command line. */
  readonly script?: readonly string[];
  /** What it has at `path` instead of what the others see there. */
  readonly smallDisk?: { readonly path: string; readonly size: string };
}

/** What does not depend on clocks and machines. */
export function essence(trials: readonly Trial[]): unknown {
  return JSON.parse(JSON.stringify(trials, (key, value) => (key === 'seconds' || key === 'versions' ? undefined : value)));
}
