import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PRESETS, type Preset } from '../src';
import { type Bench, writeImages } from './bench';
import { loadImages } from './images';
import { describeProcessor } from './machine';
import { type RaceRow, summarizeRace } from './race-results';
import { describeModel, learningRatesOf } from './recipes';
import { type Round, SystemProcess } from './system-process';
import type { ImageFiles } from './systems/rounds';

/** A test accuracy to reach, and the training that reaches it. */
export interface Goal {
  readonly name: string;
  readonly dataset: string;
  readonly accuracy: number;
  readonly preset: string;
  readonly epochs: number;
}

/** In the spirit of the speed runs on CIFAR-10 (Jordan 2024, "94% on CIFAR-10 in 3.29 seconds on a single GPU"). */
export const GOALS: readonly Goal[] = [
  { name: 'emnist47-89', dataset: 'emnist47', accuracy: 0.89, preset: 'quickCnn', epochs: 2 },
  { name: 'emnist47-90', dataset: 'emnist47', accuracy: 0.9, preset: 'quickCnn', epochs: 5 },
  { name: 'emnist47-91', dataset: 'emnist47', accuracy: 0.91, preset: 'betterCnn', epochs: 16 },
  { name: 'mnist-99.4', dataset: 'mnist', accuracy: 0.994, preset: 'quickCnn', epochs: 5 },
];

export interface RaceOptions extends Pick<Bench, 'python' | 'versions' | 'say'> {
  readonly goals: readonly Goal[];
  readonly seeds: readonly number[];
}

/** One training: how long it took from images in memory, and its accuracy on the test images, 0 to 1. */
export interface Run {
  readonly seconds: number;
  readonly accuracy: number;
}

/** How PyTorch may train. */
export interface Way {
  readonly fused: boolean;
  readonly compile: boolean;
  /** Convolutions and dense layers in bfloat16, by `torch.autocast`. */
  readonly autocast: boolean;
}

const WAYS: readonly Way[] = [false, true].flatMap((autocast) =>
  [false, true].map((compile) => ({ fused: true, compile, autocast })),
);

/** What the program of a system gets. */
export interface RaceTask {
  readonly train: ImageFiles;
  readonly test: ImageFiles;
  readonly preset: string;
  readonly epochs: number;
  readonly seeds: readonly number[];
}

/**
 * The time from images in memory to a trained model, for Inkwell and for PyTorch with the same recipe: layers, initializers,
 * optimizer, learning rate of each step, batches, augmentation, smoothed labels, averaged weights. Seeds take turns. Both have
 * trained some steps before, so that nothing is compiled within the time; evaluating is not part of it.
 */
export async function benchRace({ goals, seeds, python, versions, say }: RaceOptions): Promise<RaceRow[]> {
  const rows: RaceRow[] = [];
  for (const goal of goals) {
    const { name, classNames, train, test } = await loadImages(goal.dataset);
    if (name !== goal.dataset) throw new Error(`${goal.name} needs ${goal.dataset}; set DATA_DIR to its folder.`);
    const folder = mkdtempSync(join(tmpdir(), 'inkwell-bench-'));
    const running: SystemProcess[] = [];
    const start = async (program: string, task: object) => {
      const { process, ready } = await SystemProcess.start(program, task, python);
      running.push(process);
      versions.add(ready.versions);
      return { process, weights: ready.weights };
    };
    try {
      const bench = { folder } as Bench;
      const preset = PRESETS.find((each) => each.name === goal.preset) as Preset;
      const recipe = describeModel(preset.build({ classNames }));
      const task: RaceTask = {
        train: writeImages(bench, 'train', train),
        test: writeImages(bench, 'test', test),
        preset: goal.preset,
        epochs: goal.epochs,
        seeds,
      };
      writeFileSync(join(folder, 'rates'), Float32Array.from(learningRatesOf(recipe, train.size, goal.epochs) ?? []));
      say(`${goal.name}: ${goal.preset}, ${goal.epochs} epochs of ${train.size} images`);
      const own = await start('inkwell-race.ts', task);
      const rivalTask = { ...task, recipe, rates: join(folder, 'rates') };
      const way = await findFastestWay(rivalTask, python, say);
      const rival = await start('pytorch_race.py', { ...rivalTask, way });
      if (own.weights !== rival.weights) {
        throw new Error(`The systems' models differ in their weights: ${own.weights} and ${rival.weights}.`);
      }
      const runs: { inkwell: Run[]; pytorch: Run[] } = { inkwell: [], pytorch: [] };
      for (const seed of seeds) {
        for (const [system, { process }] of [
          ['inkwell', own],
          ['pytorch', rival],
        ] as const) {
          const run = await process.run<Round & Run>();
          runs[system].push(run);
          const accuracy = `${(100 * run.accuracy).toFixed(2)} %`;
          say(`  seed ${seed}, ${system}: ${run.seconds.toFixed(1)} s, ${accuracy} of the test images`);
        }
      }
      const detail = `${way.compile ? 'torch.compile' : 'no compiler'}, ${way.autocast ? 'bfloat16' : 'float32'}`;
      rows.push(...summarizeRace(goal, runs, { detail, machine: describeProcessor() }));
    } finally {
      await Promise.all(running.map((process) => process.end()));
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return rows;
}

/** PyTorch's fastest way of the same steps. */
async function findFastestWay(task: object, python: string, say: (line: string) => void): Promise<Way> {
  const paces: { way: Way; pace: number }[] = [];
  for (const way of WAYS) {
    const { process } = await SystemProcess.start('pytorch_race.py', { ...task, way, pace: true }, python);
    try {
      const { seconds } = await process.run();
      paces.push({ way, pace: seconds });
      say(`  PyTorch ${JSON.stringify(way)}: ${(1000 * seconds).toFixed(2)} ms a step`);
    } finally {
      await process.end();
    }
  }
  return paces.reduce((best, each) => (each.pace < best.pace ? each : best)).way;
}
