import { type Graph, output, type Value } from './graph';
import { NativeTensor, type Session } from './session';
import type { Tensor } from './tape';

/** float32 variables of a session, set and read together; they have no values until `write`. */
export class Variables {
  /** References to them, for the ops that update them. */
  readonly handles: readonly Value[];
  /** What they hold when a run begins. */
  readonly values: readonly Tensor[];
  readonly #fed: readonly Value[];
  readonly #written: Value;

  /** @param name Their common name, the only one of it in the graph. */
  constructor(
    graph: Graph,
    name: string,
    readonly shapes: readonly (readonly number[])[],
  ) {
    const dtype = ['dtype', 'type', 'float32'] as const;
    this.handles = shapes.map((shape, i) => {
      const node = graph.add('VarHandleOp', [], [dtype, ['shape', 'shape', shape], ['shared_name', 'string', `${name}${i}`]]);
      return output(node, 0, 'resource');
    });
    this.values = this.handles.map((handle, i) => ({
      ...output(graph.add('ReadVariableOp', [handle], [dtype]), 0),
      shape: shapes[i],
    }));
    this.#fed = shapes.map((shape) => graph.placeholder('float32', shape));
    // Of a copy: a variable keeps the memory it is given, and the next update would release JavaScript's on another thread,
    // where Node must not be called.
    const assignments = this.handles.map((handle, i) =>
      graph.add('AssignVariableOp', [handle, graph.float('DeepCopy', [this.#fed[i]])], [dtype]),
    );
    this.#written = graph.after(graph.constant(0), assignments);
  }

  write(session: Session, arrays: readonly Float32Array[]): void {
    const tensors = arrays.map((array, i) => new NativeTensor(array, this.shapes[i]));
    try {
      session.run(new Map(tensors.map((tensor, i) => [this.#fed[i], tensor])), [this.#written]);
    } finally {
      for (const tensor of tensors) tensor.dispose();
    }
  }

  read(session: Session): Float32Array[] {
    // SGD has no slots, and TensorFlow no run without an output.
    return this.values.length === 0 ? [] : (session.run(new Map(), this.values) as Float32Array[]);
  }
}
