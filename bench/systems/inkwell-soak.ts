// A search of many short trials of which some fail, in a process of its own that prints what it holds after some of them:
// `node --expose-gc --require tsx/cjs bench/systems/inkwell-soak.ts TRIALS WORKERS`, a line of JSON each.
// One worker: the trials train in this very process.
import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as tf from '../../lib/tensorflow';
import { type Dataset, RandomSearch } from '../../src';
import { buildFaulty, failingCallbacks } from '../faulty-trials';

/** What a process holds after a trial. */
export interface Holdings {
  readonly trial: number;
  readonly failed: number;
  /** Resident set size, in megabytes. */
  readonly megabytes: number;
  readonly tensors: number;
  /** In tensors. */
  readonly bytes: number;
  /** Open file descriptors. */
  readonly files: number;
  /** Child processes, but for none. */
  readonly children: number;
  /** Listeners on `process`. */
  readonly listeners: number;
}

function makeImages(size: number): Dataset {
  const images = Uint8Array.from({ length: size * 784 }, (_, i) => (i * 7919) % 256);
  const labels = Uint8Array.from({ length: size }, (_, i) => i % 4);
  return { name: 'soak', images, labels, classNames: ['a', 'b', 'c', 'd'], size } as never;
}

function countChildren(): number {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[1]) === process.pid;
    } catch {
      return false;
    }
  }).length;
}

async function readHoldings(trial: number, failed: number): Promise<Holdings> {
  // What the first collection finds may be freed in the next turn.
  for (let turn = 0; turn < 2; turn++) {
    (globalThis as unknown as { gc(): void }).gc();
    await nextTurn();
  }
  const { numTensors: tensors, numBytes: bytes } = tf.memory();
  return {
    trial,
    failed,
    megabytes: Math.round(process.memoryUsage.rss() / 1e5) / 10,
    tensors,
    bytes,
    files: readdirSync('/proc/self/fd').length,
    children: countChildren(),
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
  };
}

async function main(trials: number, workers: number): Promise<void> {
  const search = new RandomSearch(buildFaulty, { maxTrials: trials, seed: 1, keepModels: 1 });
  const every = Math.max(1, Math.round(trials / 12));
  let [ended, failed] = [0, 0];
  await search.run(makeImages(60), {
    epochs: 2,
    batchSize: 16,
    callbacks: failingCallbacks,
    ...(workers > 1 && { workers }),
    async onTrialEnd({ status }) {
      ended++;
      if (status !== 'completed') failed++;
      if (ended % every === 0) console.log(JSON.stringify(await readHoldings(ended, failed)));
    },
  });
  console.log(JSON.stringify(await readHoldings(ended, failed)));
}

if (require.main === module) void main(Number(process.argv[2]), Number(process.argv[3]));
