import type { Attribute, Graph, Shape, Value } from './graph';

/** A tensor of floating-point numbers with the sides that are known before the graph runs. */
export interface Tensor extends Value {
  readonly shape: Shape;
}

/** The gradients of the loss with respect to an op's inputs, from the one with respect to its output. */
type Backward = (gradient: Value) => readonly Value[];

interface Step {
  readonly op: string;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly backward: Backward;
}

/**
 * A graph that remembers its differentiable ops, so that the gradients can be added behind them (reverse accumulation).
 *
 * What nobody asks for, as the gradient with respect to the images, TensorFlow leaves out when it runs.
 */
export class Tape {
  readonly graph: Graph;
  readonly #steps: Step[] = [];

  constructor(graph: Graph) {
    this.graph = graph;
  }

  /** Adds an op with one output of `shape` (`Graph.float`), and remembers how its gradients follow. */
  apply(
    op: string,
    inputs: readonly Tensor[],
    shape: Shape,
    backward: (gradient: Value, output: Tensor) => readonly Value[],
    { attributes = [], others = [] }: { attributes?: readonly Attribute[]; others?: readonly Value[] } = {},
  ): Tensor {
    const value = this.graph.float(op, [...inputs, ...others], attributes);
    return this.record(op, inputs, { ...value, shape }, backward);
  }

  /** Remembers how the gradients of `output`, which is in the graph, follow. */
  record(
    op: string,
    inputs: readonly Tensor[],
    output: Tensor,
    backward: (gradient: Value, output: Tensor) => readonly Value[],
  ): Tensor {
    this.#steps.push({ op, inputs, output, backward: (gradient) => backward(gradient, output) });
    return output;
  }

  /** The input of the op that made `value`, if that is an `op`. */
  inputOf(op: string, value: Value): Tensor | undefined {
    return this.#steps.find((step) => step.op === op && step.output.name === value.name)?.inputs[0];
  }

  /**
   * The gradients of the loss with respect to every tensor that `from` depends on, by name, each of its tensor's type.
   *
   * @param gradient That of the loss with respect to `from`.
   */
  gradients(from: Value, gradient: Value): ReadonlyMap<string, Value> {
    const parts = new Map<string, Value[]>([[from.name, [gradient]]]);
    const sums = new Map<string, Value>();
    const sum = (name: string): Value | undefined => {
      const terms = parts.get(name);
      if (terms && !sums.has(name)) sums.set(name, this.graph.sum(terms));
      return sums.get(name);
    };
    // Steps stand in the order of the computation, so all that use a tensor come before the one that made it.
    for (const { inputs, output, backward } of [...this.#steps].reverse()) {
      const arriving = sum(output.name);
      if (!arriving) continue;
      backward(arriving).forEach((part, i) => {
        const { name } = inputs[i];
        parts.set(name, [...(parts.get(name) ?? []), part]);
      });
    }
    for (const name of parts.keys()) sum(name);
    return sums;
  }
}
