import { type Graph, output, type Value } from './graph';
import { NativeTensor, type Session } from './session';
import { Variables } from './variables';

/** Exponential moving averages of weights in a graph. */
export class MovingAverage {
  readonly variables: Variables;
  readonly #largest: number;
  /** What the weight's newest value counts. */
  readonly #share: Value;

  /** @param momentum Above 0 and below 1. */
  constructor(graph: Graph, shapes: readonly (readonly number[])[], momentum: number) {
    this.variables = new Variables(graph, 'average', shapes);
    this.#largest = momentum;
    this.#share = graph.placeholder('float32', []);
  }

  /** Adds the update of all averages, once the nodes `after` have changed the `weights`, and returns its nodes. */
  emitUpdates(graph: Graph, weights: Variables, after: readonly string[]): string[] {
    return weights.handles.map((handle, i) => {
      const weight = output(graph.add('ReadVariableOp', [handle], [['dtype', 'type', 'float32']], after), 0);
      const difference = graph.float('Sub', [this.variables.values[i], weight]);
      return graph.add(
        'AssignSubVariableOp',
        [this.variables.handles[i], graph.float('Mul', [difference, this.#share])],
        [['dtype', 'type', 'float32']],
      );
    });
  }

  /** What step `step`, from 1, must be fed. The caller disposes the tensor. */
  feed(step: number): [Value, NativeTensor] {
    return [this.#share, new NativeTensor(Float32Array.of(1 - averageMomentum(this.#largest, step)), [])];
  }

  read(session: Session): Float32Array[] {
    return this.variables.read(session);
  }
}

/**
 * The momentum at a step, from 1: smaller at first, so that the initial weights are forgotten (`ExponentialMovingAverage` of
 * TensorFlow).
 */
export function averageMomentum(momentum: number, step: number): number {
  return Math.min(momentum, (1 + step) / (10 + step));
}
