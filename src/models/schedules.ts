import type { HyperParameters } from '../tuner/space/hyperparameters';

/**
 * How the learning rate changes over a training run.
 *
 * `per: 'epoch'` changes it between epochs only, `per: 'step'` at every step. Defaults: `'epoch'` for step decay,
 * `'step'` for cosine annealing.
 */
export type ScheduleConfig =
  | { readonly kind: 'constant' }
  | {
      readonly kind: 'stepDecay';
      /** The rate is multiplied by this at each drop, above 0 and at most 1; default 0.5. */
      readonly factor?: number;
      /** Epochs between two drops, above 0; default a third of the run: two drops. */
      readonly every?: number;
      readonly per?: 'epoch' | 'step';
    }
  | {
      readonly kind: 'cosineAnnealing';
      /** The rate at the end as a share of the rate at the start, 0 to 1; default 0. */
      readonly floor?: number;
      readonly per?: 'epoch' | 'step';
    };

/**
 * The learning rate of one step.
 *
 * - constant: `rate`.
 * - stepDecay: `rate * factor ^ floor(t / every)`, the rate divided at fixed points of the run as in He et al. 2016,
 *   "Deep Residual Learning", sections 3.4 and 4.2. With rate 0.1, factor 0.5, every 2: 0.1 in epochs 1 and 2, 0.05 in 3 and 4.
 * - cosineAnnealing: `low + (rate - low) * (1 + cos(pi * t / epochs)) / 2` with `low = floor * rate`, Loshchilov and Hutter
 *   2017, "SGDR", equation 5, without restarts. With rate 0.1 and floor 0: 0.05 half way, near 0 at the end.
 *
 * @param t Epochs finished before this step, from 0, fractional within an epoch: step 50 of 100 in the third epoch
 *   begins at 2.49. Rounded down where the schedule changes per epoch.
 * @param epochs Length of the run.
 */
export function learningRateAt(schedule: ScheduleConfig, rate: number, t: number, epochs: number): number {
  switch (schedule.kind) {
    case 'constant':
      return rate;
    case 'stepDecay': {
      const { factor = 0.5, every = epochs / 3, per = 'epoch' } = schedule;
      const position = per === 'epoch' ? Math.floor(t) : t;
      return rate * factor ** Math.floor(position / every);
    }
    case 'cosineAnnealing': {
      const { floor = 0, per = 'step' } = schedule;
      const position = per === 'epoch' ? Math.floor(t) : t;
      const low = floor * rate;
      return low + ((rate - low) * (1 + Math.cos((Math.PI * position) / epochs))) / 2;
    }
  }
}

/** The schedule that `hp` chooses: constant, step decay (factor 0.1 to 0.5) or cosine annealing. */
export function chooseSchedule(hp: HyperParameters): ScheduleConfig {
  const kind = hp.choice('schedule', ['constant', 'stepDecay', 'cosineAnnealing']);
  if (kind === 'stepDecay') return { kind, factor: hp.choice('decayFactor', [0.5, 0.2, 0.1]) };
  return { kind };
}

/** Throws unless `schedule` keeps the ranges of `ScheduleConfig`. */
export function checkSchedule(schedule: ScheduleConfig): void {
  const complain = (name: string, rule: string, value: number) => {
    throw new RangeError(`${name} of the schedule must be ${rule}, but got ${value}.`);
  };
  if (schedule.kind === 'stepDecay') {
    const { factor = 0.5, every = 1 } = schedule;
    if (!(factor > 0 && factor <= 1)) complain('factor', 'above 0 and at most 1', factor);
    if (!(every > 0)) complain('every', 'above 0 epochs', every);
  }
  if (schedule.kind === 'cosineAnnealing') {
    const { floor = 0 } = schedule;
    if (!(floor >= 0 && floor <= 1)) complain('floor', 'from 0 to 1', floor);
  }
}
