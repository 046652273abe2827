import { random } from '../../lib/base/random';
import type { HyperParameters, HyperParameterValues } from '../../lib/search/space/hyperparameters';
import { HARTMANN_A, HARTMANN_ALPHA, HARTMANN_P } from './functions';

/** Epochs of a whole training, at which the functions are Hartmann's own. */
export const EPOCHS = 27;

/**
 * A Hartmann function of several fidelities, as mf-prior-bench defines them (Mallik et al., "PriorBand", NeurIPS
 * 2023, its functions MFHartmann3Good and MFHartmann6Good, but of 27 epochs, not 100), to be made small. Fewer epochs z
 * flatten it and add noise: with s = log z / log 27, each alpha is less by `bias` * (1 - s)^2, and a normal
 * number of deviation `noise` * (1 - s), the same for the same configuration and epochs, is added.
 */
export interface Hartmann {
  readonly name: string;
  readonly dimensions: number;
  readonly a: readonly (readonly number[])[];
  readonly p: readonly (readonly number[])[];
  readonly minimum: number;
  readonly bias: number;
  readonly noise: number;
  /** The user's priors, by name: the defaults of x0, x1, ... that mf-prior-bench has, rounded. */
  readonly priors: Readonly<Record<string, readonly number[]>>;
}

const three = {
  dimensions: 3,
  a: [
    [3, 10, 30],
    [0.1, 10, 35],
    [3, 10, 30],
    [0.1, 10, 35],
  ],
  p: [
    [0.3689, 0.117, 0.2673],
    [0.4699, 0.4387, 0.747],
    [0.1091, 0.8732, 0.5547],
    [0.0381, 0.5743, 0.8828],
  ],
  minimum: -3.86278214782076,
  priors: { good: [0.580417, 0.494557, 0.824609], bad: [0.816472, 0.558863, 0.209218] },
};
const six = {
  dimensions: 6,
  a: HARTMANN_A,
  p: HARTMANN_P,
  minimum: -3.322368011391339,
  priors: {
    good: [0.288361, 0.415441, 0.33149, 0.366327, 0.312195, 0.580446],
    bad: [0.636349, 0.025949, 0.156679, 0.132911, 0.878416, 0.709812],
  },
};

/** How well few epochs tell what many will come to, which mf-prior-bench calls good. */
const correlation = { bias: 2.5, noise: 2 };

export const hartmanns: readonly Hartmann[] = [
  { name: 'Hartmann-3', ...three, ...correlation },
  { name: 'Hartmann-6', ...six, ...correlation },
];

export function defineHartmann(hp: HyperParameters, prior: readonly number[]): void {
  for (const [i, value] of prior.entries()) hp.float(`x${i}`, { min: 0, max: 1, default: value });
}

export function evaluateHartmann(f: Hartmann, values: HyperParameterValues, epochs: number): number {
  const x = Array.from({ length: f.dimensions }, (_, i) => Number(values[`x${i}`]));
  const left = 1 - Math.log(epochs) / Math.log(EPOCHS);
  const clean = -HARTMANN_ALPHA.reduce((sum, alpha, row) => {
    const distance = x.reduce((d, xi, i) => d + f.a[row][i] * (xi - f.p[row][i]) ** 2, 0);
    return sum + (alpha - f.bias * left ** 2) * Math.exp(-distance);
  }, 0);
  const draw = random(0, 'noise', f.name, epochs, ...x);
  const normal = Math.sqrt(-2 * Math.log(1 - draw.next())) * Math.cos(2 * Math.PI * draw.next());
  return clean + f.noise * left * normal;
}
