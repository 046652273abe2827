import { typeNumber } from '../tensorflow/native-op';
import type { Attribute, Constant, Graph } from './graph';

/** A message of TensorFlow's protocol buffers, as tfjs-node carries them: setters, and bytes at the end. */
interface Message {
  [method: string]: (...values: unknown[]) => Message;
}
type MessageClass = { new (): Message } & { readonly [nested: string]: new () => Message };

const ARRAYS = { float32: Float32Array, int32: Int32Array, uint16: Uint16Array };

/** The graph as the bytes of a file `saved_model.pb` (TensorFlow's `SavedModel`, schema version 1), with the tag `serve`. */
export function encodeSavedModel(graph: Graph): Uint8Array {
  // Not imported: the module has no types, and the notebooks' compiler has no place to declare them.
  const messages = require('@tensorflow/tfjs-node/dist/proto/api_pb') as Record<string, MessageClass>;

  const shapeOf = (sides: readonly number[]) => {
    const shape = new messages.TensorShape();
    for (const side of sides) {
      const dim = new messages.TensorShape.Dim();
      dim.setSize(side);
      shape.addDim(dim);
    }
    return shape;
  };
  const tensorOf = ({ dtype, value }: Constant) => {
    const numbers = typeof value === 'number' ? [value] : value;
    const data = ARRAYS[dtype].from(numbers);
    const tensor = new messages.Tensor();
    tensor.setDtype(typeNumber(dtype));
    tensor.setTensorShape(shapeOf(typeof value === 'number' ? [] : [value.length]));
    tensor.setTensorContent(new Uint8Array(data.buffer));
    return tensor;
  };
  const attributeOf = ([, kind, value]: Attribute) => {
    const attribute = new messages.AttrValue();
    switch (kind) {
      case 'bool':
        attribute.setB(value);
        break;
      case 'float':
        attribute.setF(value);
        break;
      case 'string':
        attribute.setS(Buffer.from(value));
        break;
      case 'type':
        attribute.setType(typeNumber(value));
        break;
      case 'shape':
        attribute.setShape(shapeOf(value));
        break;
      case 'constant':
        attribute.setTensor(tensorOf(value));
        break;
      case 'int':
        if (typeof value === 'number') {
          attribute.setI(value);
        } else {
          const list = new messages.AttrValue.ListValue();
          list.setIList(value);
          attribute.setList(list);
        }
    }
    return attribute;
  };

  const definition = new messages.GraphDef();
  for (const { name, op, inputs, attributes } of graph.nodes) {
    const node = new messages.NodeDef();
    node.setName(name);
    node.setOp(op);
    node.setInputList(inputs);
    const map = node.getAttrMap();
    for (const attribute of attributes) map.set(attribute[0], attributeOf(attribute));
    definition.addNode(node);
  }
  // The version of graphs that TensorFlow 2.9.1 writes, the oldest that is supported.
  const versions = new messages.VersionDef();
  versions.setProducer(1087);
  definition.setVersions(versions);

  const info = new messages.MetaGraphDef.MetaInfoDef();
  info.addTags('serve');
  const metaGraph = new messages.MetaGraphDef();
  metaGraph.setMetaInfoDef(info);
  metaGraph.setGraphDef(definition);
  const model = new messages.SavedModel();
  model.setSavedModelSchemaVersion(1);
  model.addMetaGraphs(metaGraph);
  return (model as unknown as { serializeBinary(): Uint8Array }).serializeBinary();
}
