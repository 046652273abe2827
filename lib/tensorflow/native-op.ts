import * as tf from '@tensorflow/tfjs-node';

export type DataType = 'float32' | 'bfloat16' | 'int32' | 'uint8' | 'uint16' | 'bool' | 'resource';

/** An attribute of a TensorFlow op: its name, its kind and its value. */
export type OpAttribute =
  | readonly [name: string, kind: 'bool', value: boolean]
  | readonly [name: string, kind: 'float', value: number]
  | readonly [name: string, kind: 'int', value: number | readonly number[]]
  | readonly [name: string, kind: 'shape', value: readonly number[]]
  | readonly [name: string, kind: 'string', value: string]
  | readonly [name: string, kind: 'type', value: DataType];

/** The part of tfjs-node's backend that runs any op of the TensorFlow library; absent from its published types. */
interface NodeBackend {
  readonly binding: Record<string, number>;
  executeMultipleOutputs(name: string, attributes: object[], inputs: tf.TensorInfo[], outputs: number): tf.Tensor[];
}

/** TensorFlow's number of a type, `TF_DataType` and `DataType` alike. */
export function typeNumber(dtype: DataType): number {
  return TYPES[dtype];
}

const TYPES: Record<DataType, number> = { float32: 1, int32: 3, uint8: 4, bool: 10, bfloat16: 14, uint16: 17, resource: 20 };

/**
 * The outputs of one TensorFlow op, run at once; the types of its inputs are inferred. They are tensors like any other: the
 * caller or `tf.tidy` disposes them.
 */
export function runOp(op: string, inputs: tf.TensorInfo[], attributes: readonly OpAttribute[] = [], outputs = 1): tf.Tensor[] {
  const backend = tf.backend() as unknown as NodeBackend;
  const { binding } = backend;
  const converted = attributes.map(([name, kind, value]) => ({
    name,
    type: binding[`TF_ATTR_${kind.toUpperCase()}`],
    value: kind === 'type' ? typeNumber(value) : value,
  }));
  return backend.executeMultipleOutputs(op, converted, inputs, outputs);
}
