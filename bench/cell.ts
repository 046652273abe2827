import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kernel } from '../test/scripts/kernel/jupyter-client';
import type { Bench } from './bench';
import { type Result, summarizeRuns } from './results';

const NOTEBOOK = join(__dirname, '..', 'notebooks', '02-mlp-search.ipynb');

/** Small cells as one writes them after the first: a value, a type, a function, a tensor's work. */
const LATER = [
  'const numbers: number[] = [1, 2, 3];',
  'interface Point { readonly x: number; readonly y: number }',
  'const length = ({ x, y }: Point): number => Math.hypot(x, y);',
  'console.log(length({ x: 3, y: 4 }), numbers.length);',
  'const searches = numbers.map((maxTrials) => new RandomSearch(buildMlp, { maxTrials, seed: 0 }));',
];

/** So long a student reads before the first Run. */
const IDLE_MS = 5000;

/** A notebook's first cell, which imports the project, at once and in an idle kernel, and later cells. */
export async function benchCell(bench: Bench): Promise<Result[]> {
  const rounds = bench.quick ? 2 : 5;
  bench.say(`cell: ${2 * rounds} kernels`);
  const imports = firstCell();
  const first: number[] = [];
  const idle: number[] = [];
  const later: number[] = [];
  for (let round = 0; round < 2 * rounds; round++) {
    const kernel = await Kernel.start();
    const time = async (code: string) => {
      const started = performance.now();
      const { status, error } = await kernel.execute(code);
      if (status !== 'ok') throw new Error(`A cell failed with ${error?.evalue}:\n${code}`);
      return (performance.now() - started) / 1000;
    };
    try {
      if (round % 2 === 1) await sleep(IDLE_MS);
      (round % 2 === 0 ? first : idle).push(await time(imports));
      for (const code of LATER) later.push(await time(code));
    } finally {
      await kernel.kill();
    }
  }
  const result = (detail: string, seconds: readonly number[]): Result => ({
    what: 'cell',
    model: null,
    batch: null,
    system: 'inkwell',
    detail,
    samplesPerSecond: null,
    megabytes: null,
    ...summarizeRuns(seconds),
  });
  return [
    result('first import cell', first),
    result(`first import cell, ${IDLE_MS / 1000} s later`, idle),
    result('later cells', later),
  ];
}

function firstCell(): string {
  const { cells } = JSON.parse(readFileSync(NOTEBOOK, 'utf8')) as { cells: { cell_type: string; source: string | string[] }[] };
  const { source } = cells.find(({ cell_type }) => cell_type === 'code') as (typeof cells)[number];
  return typeof source === 'string' ? source : source.join('');
}
