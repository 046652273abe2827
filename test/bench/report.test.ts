import { describe, expect, it } from 'vitest';
import { writeReport } from '../../bench/report';
import type { Result } from '../../bench/results';

const step = (system: Result['system'], seconds: number, detail: string | null = null): Result => ({
  what: 'step',
  model: 'mlp',
  batch: 128,
  system,
  detail,
  seconds,
  samplesPerSecond: 128 / seconds,
  megabytes: null,
  runs: 5,
  spread: 0.05,
});

describe('writeReport', () => {
  it('says in the table of steps how many times as fast as the fastest of the others Inkwell is', () => {
    const report = writeReport([
      step('inkwell', 0.004),
      step('tfjs-node', 0.02),
      step('keras', 0.006, 'jit_compile=False'),
      step('keras-jax', 0.005),
      step('jax', 0.0025),
      step('pytorch', 0.003),
    ]);
    expect(report).toContain(
      '| MLP | 128 | 4.00 ± 5 % | 20.0 ± 5 % | 6.00 ± 5 % | 5.00 ± 5 % | 2.50 ± 5 % | 3.00 ± 5 % | JAX | 0.63 |',
    );
    expect(report).toContain('the fastest was taken: keras with jit_compile=False for the MLP.');
  });

  it('has a table for what was measured alone', () => {
    const data = { ...step('inkwell', 0.1, 'CSV'), what: 'data', model: null, batch: null } as const;
    const report = writeReport([data, { ...data, system: 'pandas', seconds: 0.5, detail: 'read_csv' }]);
    expect(report).toContain('| Inkwell, CSV | 0.10 s | 1280 | 5 % | 5 | 5.00 |');
    expect(report).toContain('| Python, read_csv | 0.50 s |');
    expect(report).not.toContain('training step');
  });
});
