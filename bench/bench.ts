import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset } from '../src';
import { median } from './results';
import { SystemProcess } from './system-process';
import type { ImageFiles } from './systems/rounds';

/** What the parts of the bench share. */
export interface Bench {
  readonly quick: boolean;
  /** Temporary; the whole bench removes it. */
  readonly folder: string;
  readonly train: Dataset;
  /** The Python of `bench/.venv`. */
  readonly python: string;
  /** Versions as the systems gave them. */
  readonly versions: Set<string>;
  /** Prints a line of progress. */
  readonly say: (line: string) => void;
}

/** Writes a data set's bytes to the bench's folder, for the programs of `systems/`. */
export function writeImages({ folder }: Bench, name: string, dataset: Dataset): ImageFiles {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}-images`), dataset.images);
  writeFileSync(join(folder, `${name}-labels`), dataset.labels);
  return { folder, name, classNames: dataset.classNames, size: dataset.size };
}

/** A program of `systems/` and what it gets, once for each way in which the system might do the work. */
export interface Candidate {
  readonly program: string;
  readonly task: object;
  /** The way in words, null where the system has but one. */
  readonly detail: string | null;
}

export interface Timed {
  readonly detail: string | null;
  readonly seconds: readonly number[];
}

/**
 * The times of `rounds` rounds of each system, interleaved: each system runs its first, then each its second, and so on. Of
 * several ways of a system the one whose first round is the fastest goes on; the others' rounds do not count.
 *
 * @throws Error where two systems' models have different numbers of weights.
 */
export async function timeRounds<System extends string>(
  bench: Bench,
  systems: Readonly<Record<System, readonly Candidate[]>>,
  rounds: number,
): Promise<Record<System, Timed>> {
  const running: { system: System; detail: string | null; process: SystemProcess; seconds: number[] }[] = [];
  const weights = new Map<string, number>();
  try {
    for (const [system, candidates] of Object.entries(systems) as [System, readonly Candidate[]][]) {
      let fastest: ((typeof running)[number] & { tried: number }) | undefined;
      for (const { program, task, detail } of candidates) {
        const { process, ready } = await SystemProcess.start(program, task, bench.python);
        running.push({ system, detail, process, seconds: [] });
        bench.versions.add(ready.versions);
        if (ready.weights !== undefined) weights.set(program, ready.weights);
        if (candidates.length === 1) break;
        const { seconds } = await process.run();
        const current = { ...running[running.length - 1], tried: seconds };
        const slower = fastest && fastest.tried < seconds ? current : fastest;
        if (slower !== current) fastest = current;
        if (slower) {
          await slower.process.end();
          running.splice(
            running.findIndex((other) => other.process === slower.process),
            1,
          );
        }
      }
    }
    if (new Set(weights.values()).size > 1) {
      throw new Error(`The systems' models differ in their weights: ${JSON.stringify([...weights])}.`);
    }
    for (let round = 0; round < rounds; round++) {
      for (const { process, seconds } of running) seconds.push((await process.run()).seconds);
    }
  } finally {
    await Promise.all(running.map(({ process }) => process.end()));
  }
  for (const { system, detail, seconds } of running) {
    bench.say(`  ${system}${detail ? ` (${detail})` : ''}: ${median(seconds).toFixed(2)} s a round`);
  }
  return Object.fromEntries(running.map(({ system, detail, seconds }) => [system, { detail, seconds }])) as unknown as Record<
    System,
    Timed
  >;
}
