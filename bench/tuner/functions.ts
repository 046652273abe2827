import type { HyperParameters } from '../../lib/search/space/hyperparameters';

/**
 * A function to be made small, whose least value is known. `functions.py` is the same in Python, line by
 * line.
 */
export interface TestFunction {
  readonly name: string;
  readonly minimum: number;
  evaluate(hp: HyperParameters): number;
}

/** Branin, two floats; three minima of equal depth (Dixon and Szegö 1978). */
const branin: TestFunction = {
  name: 'Branin',
  minimum: 0.39788735772973816,
  evaluate(hp) {
    const x = hp.float('x', { min: -5, max: 10 });
    const y = hp.float('y', { min: 0, max: 15 });
    const b = 5.1 / (4 * Math.PI ** 2);
    const c = 5 / Math.PI;
    return (y - b * x * x + c * x - 6) ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
  },
};

export const HARTMANN_ALPHA = [1, 1.2, 3, 3.2];
export const HARTMANN_A = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
export const HARTMANN_P = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];

/** Hartmann-6, six floats, all of which interact (Dixon and Szegö 1978). */
const hartmann6: TestFunction = {
  name: 'Hartmann-6',
  minimum: -3.322368011391339,
  evaluate(hp) {
    const x = Array.from({ length: 6 }, (_, i) => hp.float(`x${i}`, { min: 0, max: 1 }));
    return -HARTMANN_ALPHA.reduce((sum, alpha, row) => {
      const distance = x.reduce((d, xi, i) => d + HARTMANN_A[row][i] * (xi - HARTMANN_P[row][i]) ** 2, 0);
      return sum + alpha * Math.exp(-distance);
    }, 0);
  },
};

const OPTIMIZERS = ['rmsprop', 'adam', 'sgd'] as const;
const OPTIMIZER_LOSS = { rmsprop: 0.1, adam: 0.05, sgd: 0 };
const ACTIVATIONS = ['tanh', 'elu', 'relu'] as const;
const ACTIVATION_LOSS = { tanh: 0.1, elu: 0.05, relu: 0 };
const LAYERS_LOSS = [0.3, 0.1, 0, 0.15];

/**
 * Shaped like the tuning of a small network: 6 to 14 hyperparameters of every kind, on linear, log and
 * stepped scales, branches inside branches, and a learning rate whose best value depends on the optimizer and
 * its momentum.
 */
const network: TestFunction = {
  name: 'conditional network',
  minimum: 0,
  evaluate(hp) {
    const optimizer = hp.choice('optimizer', OPTIMIZERS);
    const rate = hp.float('learningRate', { min: 1e-5, max: 1, sampling: 'log' });
    let loss = OPTIMIZER_LOSS[optimizer];
    let ideal = -3;
    if (optimizer === 'sgd') {
      const momentum = hp.float('momentum', { min: 0, max: 0.99 });
      loss += 0.2 * (momentum - 0.9) ** 2;
      ideal = Math.log10(1 - momentum);
    }
    loss += 0.1 * (Math.log10(rate) - ideal) ** 2;
    const layers = hp.int('layers', { min: 1, max: 4 });
    loss += LAYERS_LOSS[layers - 1];
    for (let i = 1; i <= layers; i++) {
      const units = hp.int(`units${i}`, { min: 8, max: 1024, sampling: 'log' });
      const activation = hp.choice(`activation${i}`, ACTIVATIONS);
      loss += (0.1 * (Math.log2(units) - (9 - i)) ** 2 + ACTIVATION_LOSS[activation]) / layers;
    }
    if (hp.boolean('dropout')) {
      const rate = hp.float('dropoutRate', { min: 0, max: 0.5, step: 0.05 });
      loss += 2 * (rate - 0.2) ** 2;
    } else {
      loss += 0.1;
    }
    return loss;
  },
};

export const functions: readonly TestFunction[] = [branin, hartmann6, network];
