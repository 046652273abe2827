/**
 * How the learning rate changes over a training run: between epochs under step decay, at every step under cosine annealing and
 * one-cycle.
 */
export type ScheduleConfig =
  | { readonly kind: 'constant' }
  | {
      readonly kind: 'stepDecay';
      /** The rate is multiplied by this at each drop, above 0 and at most 1; default 0.5. */
      readonly factor?: number;
      /** Epochs between two drops, above 0; default a third of the run: two drops. */
      readonly every?: number;
    }
  | {
      readonly kind: 'cosineAnnealing';
      /** The rate at the end as a share of the rate at the start, 0 to 1; default 0. */
      readonly floor?: number;
      /** Share of the run in which the rate first rises from 0, at least 0 and below 1; default 0: no warm-up. */
      readonly warmUp?: number;
    }
  | { readonly kind: 'oneCycle' };

/**
 * PyTorch's defaults for one-cycle: the share of the run in which the rate rises, the top over the start, the start over the end.
 */
const ONE_CYCLE = { rises: 0.3, topToStart: 25, startToEnd: 1e4 } as const;

/**
 * The learning rate of one step.
 *
 * - constant: `rate`.
 * - stepDecay: `rate * factor ^ floor(t / every)`, the rate divided at fixed points of the run as in He et al. 2016,
 *   "Deep Residual Learning", sections 3.4 and 4.2. With rate 0.1, factor 0.5, every 2: 0.1 in epochs 1 and 2, 0.05 in 3 and 4.
 * - cosineAnnealing: `low + (rate - low) * (1 + cos(pi * t / epochs)) / 2` with `low = floor * rate`, Loshchilov and Hutter
 *   2017, "SGDR", equation 5, without restarts. With rate 0.1 and floor 0: 0.05 half way, near 0 at the end. With a warm-up
 *   (Goyal et al. 2017, "Accurate, Large Minibatch SGD", section 2.2) the rate first rises in proportion to `t`, and the
 *   cosine spans the rest of the run. As in Keras it rises from 0, so the first step changes nothing. With rate 0.1, `warmUp`
 *   0.2 and 10 epochs: 0.05 after the first, 0.1 after the second, 0.05 after the sixth.
 * - oneCycle: from `rate / 25` along half a cosine up to `rate` in the first three tenths of the run, then along another down to
 *   `rate / 250,000`, Smith and Topin 2018, "Super-Convergence", section 3, in the form of PyTorch's
 *   `OneCycleLR` with its defaults. There the top comes one step earlier and the last step has the final rate. The momentum
 *   is not cycled. With rate 0.1 and 10 epochs: 0.004 at first, 0.1 after the third, 4e-7 at the end.
 *
 * @param rate The optimizer's; under oneCycle and after a warm-up the highest of the run.
 * @param t Epochs finished before this step, from 0, fractional within an epoch: step 50 of 100 in the third epoch
 *   begins at 2.49. Rounded down under step decay.
 * @param epochs Length of the run.
 */
export function learningRateAt(schedule: ScheduleConfig, rate: number, t: number, epochs: number): number {
  switch (schedule.kind) {
    case 'constant':
      return rate;
    case 'stepDecay': {
      const { factor = 0.5, every = epochs / 3 } = schedule;
      return rate * factor ** Math.floor(Math.floor(t) / every);
    }
    case 'cosineAnnealing': {
      const { floor = 0, warmUp = 0 } = schedule;
      const warm = warmUp * epochs;
      if (t < warm) return (rate * t) / warm;
      return anneal(rate, floor * rate, (t - warm) / (epochs - warm));
    }
    case 'oneCycle': {
      const first = rate / ONE_CYCLE.topToStart;
      const top = ONE_CYCLE.rises * epochs;
      return t < top ? anneal(first, rate, t / top) : anneal(rate, first / ONE_CYCLE.startToEnd, (t - top) / (epochs - top));
    }
  }
}

/** Half a cosine from `start` to `end`, at `share` of the way. */
function anneal(start: number, end: number, share: number): number {
  return end + ((start - end) * (1 + Math.cos(Math.PI * share))) / 2;
}

/** Throws unless `schedule` keeps the ranges of `ScheduleConfig`. */
export function checkSchedule(schedule: ScheduleConfig): void {
  const check = (holds: boolean, name: string, rule: string, value: number) => {
    if (!holds) throw new RangeError(`${name} of the schedule must be ${rule}, but got ${value}.`);
  };
  switch (schedule.kind) {
    case 'constant':
    case 'oneCycle':
      break;
    case 'stepDecay': {
      const { factor = 0.5, every = 1 } = schedule;
      check(factor > 0 && factor <= 1, 'factor', 'above 0 and at most 1', factor);
      check(every > 0, 'every', 'above 0 epochs', every);
      break;
    }
    case 'cosineAnnealing': {
      const { floor = 0, warmUp = 0 } = schedule;
      check(floor >= 0 && floor <= 1, 'floor', 'from 0 to 1', floor);
      const rule = 'a share of the run, at least 0 and below 1 (0.1 warms up for a tenth of it)';
      check(warmUp >= 0 && warmUp < 1, 'warmUp', rule, warmUp);
      break;
    }
    default: {
      const { kind } = schedule as { readonly kind: unknown };
      throw new RangeError(`The kind of the schedule must be constant, stepDecay, cosineAnnealing or oneCycle, but got ${kind}.`);
    }
  }
}
