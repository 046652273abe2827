/**
 * Prints what searching on many machines costs beside the training itself, with trainings that only sleep:
 *
 *     npx tsx bench/tuner/machines.ts [trials] [machines] [seconds]
 *
 * Default: 1,000 trials of 5 seconds on 32 machines, which are processes here, with a Valkey server that it fetches and starts.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { machines as machinesAt } from '../../lib/machines/machines';
import { writeCheckpoint } from '../../lib/training/checkpoint';
import { loadDataset, RandomSearch } from '../../src';
import { TestServer } from '../../test/lib/machines/server';
import { buildSmall } from '../../test/lib/search/searching/builders';

/** Of two classes. */
const IMAGES = 100;

function writeImages(folder: string): void {
  for (const part of ['train', 'test']) {
    const images = Buffer.alloc(16 + IMAGES * 784);
    for (const [i, value] of [0x803, IMAGES, 28, 28].entries()) images.writeUInt32BE(value, 4 * i);
    const labels = Buffer.alloc(8 + IMAGES);
    for (const [i, value] of [0x801, IMAGES].entries()) labels.writeUInt32BE(value, 4 * i);
    for (let i = 0; i < IMAGES; i++) labels[8 + i] = i % 2;
    writeFileSync(join(folder, `still-${part}-images-idx3-ubyte`), images);
    writeFileSync(join(folder, `still-${part}-labels-idx1-ubyte`), labels);
  }
}

/** Its value in `info`. */
const count = (info: string, field: string) => Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1]);
/**
 * `VmHWM`: the most that was ever in memory; `RssAnon`: what is now, without files such as TensorFlow's library, which processes
 * share.
 */
const readMb = (pid: number | 'self', field: 'VmHWM' | 'RssAnon') =>
  Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

async function main(): Promise<void> {
  const [trials = 1000, machines = 32, seconds = 5] = process.argv.slice(2).map(Number);
  const folder = mkdtempSync(join(tmpdir(), 'inkwell-bench-'));
  const server = await TestServer.start();
  const children: ChildProcess[] = [];
  try {
    writeImages(folder);
    const { train } = await loadDataset('still', { directory: folder });
    const weights = [new Float32Array(100_000)];
    const checkpoint = join(folder, 'checkpoint');
    await writeCheckpoint(checkpoint, { epoch: 1, shapes: [[100_000]], weights, callbacks: [] });
    const script = join(__dirname, 'sleeping-machine.ts');
    const command = ['--require', require.resolve('tsx/cjs'), script, server.url, folder, checkpoint];
    for (let i = 0; i < machines; i++) {
      children.push(spawn(process.execPath, [...command, `${seconds * 1000}`], { stdio: 'inherit' }));
    }
    const redis = server.connect();
    const search = new RandomSearch(buildSmall, {
      maxTrials: trials,
      startWithDefault: false,
      seed: 0,
      directory: join(folder, 'run'),
    });
    const mbBefore = readMb('self', 'VmHWM');
    const ownBefore = readMb('self', 'RssAnon');
    let own = ownBefore;
    const before = await redis.info();
    const cpuBefore = process.cpuUsage();
    const ends: number[] = [];
    const started = performance.now();
    await search.run(train, {
      epochs: 1,
      workers: machinesAt(server.url),
      title: null,
      onTrialEnd() {
        ends.push((performance.now() - started) / 1000);
        own = Math.max(own, readMb('self', 'RssAnon'));
      },
    });
    // From when all machines are there to when the first has nothing to do any more.
    const [from, to] = [3 * machines, trials - machines];
    const lane = ((ends[to - 1] - ends[from - 1]) / (to - from)) * machines;
    const after = await redis.info();
    const { user, system } = process.cpuUsage(cpuBefore);
    const per = (field: string) => (count(after, field) - count(before, field)) / trials;
    const worst = Math.max(...children.map(({ pid }) => readMb(pid as number, 'VmHWM')));
    const { size } = statSync(join(search.directory, 'journal.jsonl'));
    console.log(
      [
        `${trials} trials of ${seconds} s on ${machines} machines; ${availableParallelism()} cores (${cpus()[0].model})`,
        `wall time ${ends[trials - 1].toFixed(1)} s, ${((ends[trials - 1] / trials - seconds / machines) * 1000).toFixed(0)} ` +
          "ms a trial more than the training alone; a machine's time for a trial beside the training: " +
          `${((lane - seconds) * 1000).toFixed(0)} ms`,
        `the search's process: ${((user + system) / 1000 / trials).toFixed(1)} ms of a core a trial, ` +
          `${readMb('self', 'VmHWM').toFixed(0)} MB at most, ${mbBefore.toFixed(0)} MB before`,
        `  of its own, without shared files: ${own.toFixed(0)} MB at most, ${ownBefore.toFixed(0)} MB before`,
        `a machine without its training: ${worst.toFixed(0)} MB at most`,
        `Redis: ${per('total_commands_processed').toFixed(0)} commands, ${(per('total_net_input_bytes') / 1024).toFixed(0)} KB ` +
          `in, ${(per('total_net_output_bytes') / 1024).toFixed(0)} KB out a trial, ${count(after, 'used_memory_peak') >> 20} ` +
          'MB at most',
        `journal: ${(size / trials).toFixed(0)} bytes a trial`,
      ].join('\n'),
    );
    redis.disconnect();
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await server.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
