import type { Graph, Value } from './graph';
import { NativeTensor, type Session } from './session';
import { Variables } from './variables';

/** Once averages span so many steps, those of weights are taken every `EVERY` steps: they differ little from step to step. */
const SPAN = 8;
const EVERY = 4;

/**
 * Exponential moving averages of weights in a graph, in a run of their own: with every step they would take a tenth of a dense
 * model's time.
 */
export class MovingAverage {
  readonly variables: Variables;
  readonly #momentum: number;
  /** What the weights' newest values count. */
  readonly #share: Value;
  readonly #updated: Value;

  /** @param momentum Above 0 and below 1. */
  constructor(graph: Graph, weights: Variables, momentum: number) {
    this.variables = new Variables(graph, 'average', weights.shapes);
    this.#momentum = momentum;
    this.#share = graph.placeholder('float32', []);
    const updates = weights.values.map((weight, i) => {
      const difference = graph.float('Sub', [this.variables.values[i], weight]);
      // average - share * difference, in one pass over the numbers.
      const type = ['T', 'type', 'float32'] as const;
      return graph.add('ResourceApplyGradientDescent', [this.variables.handles[i], this.#share, difference], [type]);
    });
    this.#updated = graph.after(graph.constant(0), updates);
  }

  /** Takes the weights after step `step`, from 1, into the averages, where it is time to. */
  update(session: Session, step: number): void {
    const share = averageShare(this.#momentum, step);
    if (share === 0) return;
    const fed = new NativeTensor(Float32Array.of(share), []);
    try {
      session.run(new Map([[this.#share, fed]]), [this.#updated]);
    } finally {
      fed.dispose();
    }
  }
}

/**
 * What the weights after step `step`, from 1, count in their averages, for all steps since they were taken last; 0 where they
 * are not taken. The momentum of a step is smaller at first, so that the initial weights are forgotten
 * (`ExponentialMovingAverage` of TensorFlow).
 */
export function averageShare(momentum: number, step: number): number {
  const at = (one: number) => Math.min(momentum, (1 + one) / (10 + one));
  const isTaken = (one: number) => one % EVERY === 0 || 1 / (1 - at(one)) < SPAN;
  if (!isTaken(step)) return 0;
  let kept = at(step);
  for (let before = step - 1; before > 0 && !isTaken(before); before--) kept *= at(before);
  return 1 - kept;
}
