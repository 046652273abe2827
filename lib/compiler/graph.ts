import type { DataType, OpAttribute } from '../tensorflow/native-op';

/** An attribute of a node: as of any op, or the value of a constant. */
export type Attribute = OpAttribute | readonly [name: string, kind: 'constant', value: Constant];

/** A number or a vector. */
export interface Constant {
  readonly dtype: 'float32' | 'int32' | 'uint16';
  readonly value: number | readonly number[];
}

/** The side lengths of a tensor, null for the number of images in a batch. */
export type Shape = readonly (number | null)[];

/** An output of a node: a tensor that exists once the graph runs. */
export interface Value {
  /** TensorFlow's name of it, `node:output`. */
  readonly name: string;
  readonly dtype: DataType;
}

/** A TensorFlow op in a graph. */
export interface Node {
  readonly name: string;
  readonly op: string;
  /** `node:output`, or `^node` for a node that must have run before. */
  readonly inputs: readonly string[];
  readonly attributes: readonly Attribute[];
}

/** A TensorFlow graph under construction: a list of nodes, each after those it takes its inputs from. */
export class Graph {
  readonly nodes: Node[] = [];

  /** Adds an op and returns the name of its node. All attributes without a default must be given, types included. */
  add(op: string, inputs: readonly Value[], attributes: readonly Attribute[] = [], after: readonly string[] = []): string {
    const name = `${op}_${this.nodes.length}`;
    this.nodes.push({ name, op, inputs: [...inputs.map((input) => input.name), ...after.map((node) => `^${node}`)], attributes });
    return name;
  }

  /**
   * Adds an op whose type attribute `T` is that of its numbers, bfloat16 where it takes any of that type and else float32, and
   * returns its first output, of that type too.
   */
  float(op: string, inputs: readonly Value[], attributes: readonly Attribute[] = []): Value {
    const dtype = inputs.some((input) => input.dtype === 'bfloat16') ? 'bfloat16' : 'float32';
    return output(this.add(op, inputs, [['T', 'type', dtype], ...attributes]), 0, dtype);
  }

  cast(value: Value, dtype: DataType): Value {
    if (value.dtype === dtype) return value;
    const node = this.add(
      'Cast',
      [value],
      [
        ['SrcT', 'type', value.dtype],
        ['DstT', 'type', dtype],
      ],
    );
    return output(node, 0, dtype);
  }

  /** A tensor with other sides, at most one of them unknown. */
  reshape(value: Value, shape: Shape): Value {
    const sides = this.constant(
      shape.map((side) => side ?? -1),
      'int32',
    );
    return this.float('Reshape', [value, sides]);
  }

  /** The sum of tensors of one shape and type, of which there must be one. */
  sum(values: readonly Value[]): Value {
    return values.length === 1 ? values[0] : this.float('AddN', values, [['N', 'int', values.length]]);
  }

  /** How many numbers a tensor has, int32. */
  size(value: Value): Value {
    return output(this.add('Size', [value], [['T', 'type', value.dtype]]), 0, 'int32');
  }

  /** Scalars of one type as a vector. */
  pack(values: readonly Value[]): Value {
    const [{ dtype }] = values;
    const attributes: Attribute[] = [
      ['T', 'type', dtype],
      ['N', 'int', values.length],
    ];
    return output(this.add('Pack', values, attributes), 0, dtype);
  }

  /** `value`, once the nodes `after` have run. */
  after(value: Value, after: readonly string[]): Value {
    return output(this.add('Identity', [value], [['T', 'type', value.dtype]], after), 0, value.dtype);
  }

  /** What is fed when the graph runs. */
  placeholder(dtype: DataType, shape: Shape): Value {
    const node = this.add(
      'Placeholder',
      [],
      [
        ['dtype', 'type', dtype],
        ['shape', 'shape', shape.map((side) => side ?? -1)],
      ],
    );
    return output(node, 0, dtype);
  }

  /** A constant: a number or a vector. */
  constant(value: number | readonly number[], dtype: Constant['dtype'] = 'float32'): Value {
    const node = this.add(
      'Const',
      [],
      [
        ['dtype', 'type', dtype],
        ['value', 'constant', { dtype, value }],
      ],
    );
    return output(node, 0, dtype);
  }
}

/** Output `index` of a node. */
export function output(node: string, index: number, dtype: DataType = 'float32'): Value {
  return { name: `${node}:${index}`, dtype };
}
