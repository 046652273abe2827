import * as tf from '@tensorflow/tfjs-node';

/** An attribute of a TensorFlow op: its name, its kind and its value. Types of inputs are inferred by TensorFlow. */
export type OpAttribute =
  | readonly [name: string, kind: 'bool', value: boolean]
  | readonly [name: string, kind: 'float', value: number]
  | readonly [name: string, kind: 'int', value: number | number[]]
  | readonly [name: string, kind: 'shape', value: number[]]
  | readonly [name: string, kind: 'string', value: string]
  | readonly [name: string, kind: 'type', value: 'float32' | 'int32'];

/** The part of tfjs-node's backend that runs any op of the TensorFlow library; absent from its published types. */
interface NodeBackend {
  readonly binding: Record<string, number>;
  executeMultipleOutputs(
    name: string,
    attributes: object[],
    inputs: tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
}

/** The outputs of one TensorFlow op. They are tensors like any other: the caller or `tf.tidy` disposes them. */
export function runOp(
  op: string,
  inputs: tf.TensorInfo[],
  attributes: readonly OpAttribute[] = [],
  outputs = 1,
): tf.Tensor[] {
  const backend = tf.backend() as unknown as NodeBackend;
  const { binding } = backend;
  const converted = attributes.map(([name, kind, value]) => ({
    name,
    type: binding[`TF_ATTR_${kind.toUpperCase()}`],
    value: kind === 'type' ? binding[value === 'float32' ? 'TF_FLOAT' : 'TF_INT32'] : value,
  }));
  return backend.executeMultipleOutputs(op, converted, inputs, outputs);
}
