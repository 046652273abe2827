import { type Graph, output, type Value } from './graph';
import { NativeTensor, type Session } from './session';
import type { Tensor } from './tape';

/** float32 variables of a session, set and read together; they have no values until they are written. */
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

  /** Sets those of several, each to its arrays, in one run: TensorFlow prepares each run of another kind for some time. */
  static write(session: Session, values: ReadonlyMap<Variables, readonly Float32Array[]>): void {
    const fed = new Map<Value, NativeTensor>();
    try {
      for (const [variables, arrays] of values) {
        for (const [i, array] of arrays.entries()) fed.set(variables.#fed[i], new NativeTensor(array, variables.shapes[i]));
      }
      session.run(
        fed,
        [...values.keys()].map((variables) => variables.#written),
      );
    } finally {
      for (const tensor of fed.values()) tensor.dispose();
    }
  }

  /** Copies of what those of several hold, in one run. */
  static read(session: Session, several: readonly Variables[]): Float32Array[][] {
    const outputs = several.flatMap(({ values }) => values);
    // SGD has no slots, and TensorFlow no run without an output.
    const arrays = outputs.length === 0 ? [] : (session.run(new Map(), outputs) as Float32Array[]);
    let end = 0;
    return several.map(({ values }) => {
      const begin = end;
      end += values.length;
      return arrays.slice(begin, end);
    });
  }
}
