import { describe, expect, it } from 'vitest';
import type { Goal } from '../../bench/race';
import { mergeRaces, summarizeRace, writeRace } from '../../bench/race-results';

const goal: Goal = { name: 'emnist47-89', dataset: 'emnist47', accuracy: 0.89, preset: 'quickCnn', epochs: 2 };
const rows = summarizeRace(
  goal,
  {
    inkwell: [
      { seconds: 10, accuracy: 0.891 },
      { seconds: 12, accuracy: 0.894 },
    ],
    pytorch: [
      { seconds: 30, accuracy: 0.889 },
      { seconds: 36, accuracy: 0.891 },
    ],
  },
  { detail: 'torch.compile, bfloat16', machine: 'processor' },
);

describe('summarizeRace', () => {
  it('has means over the seeds, and the lowest accuracy', () => {
    expect(rows).toEqual([
      {
        ...{ ...goal, system: 'inkwell', detail: null, meanSeconds: 11, meanAccuracy: 0.8925, leastAccuracy: 0.891 },
        ...{ runs: 2, machine: 'processor' },
      },
      {
        ...{ ...goal, system: 'pytorch', detail: 'torch.compile, bfloat16', meanSeconds: 33 },
        ...{ meanAccuracy: 0.89, leastAccuracy: 0.889, runs: 2, machine: 'processor' },
      },
    ]);
  });
});

describe('mergeRaces', () => {
  it('keeps what was not run again, in the order of the goals', () => {
    const other = rows.map((row) => ({ ...row, name: 'mnist-99.4' }));
    const again = rows.map((row) => ({ ...row, meanSeconds: 1 }));
    const merged = mergeRaces([...other, ...rows], again, ['emnist47-89', 'mnist-99.4']);
    expect(merged).toEqual([...again, ...other]);
    expect(mergeRaces(other, rows, ['emnist47-89'])).toEqual(rows);
  });
});

describe('writeRace', () => {
  it('has a race a line, with how many times as fast Inkwell is', () => {
    const report = writeRace(rows);
    const line = '| emnist47, 89 % | `quickCnn`, 2 epochs | 11.0 s | 89.25 % | 33.0 s | 89.00 % | 3.00 | 2 |';
    expect(report).toContain(line);
    expect(report).toContain('torch.compile, bfloat16 for emnist47-89');
  });
});
