import type * as tf from '../tensorflow';

/** A layer of a model, as tables and figures show it. */
export interface LayerDescription {
  /** As Keras counts: `conv2d`, `conv2d_1` within this model, or the name that its author gave it. */
  readonly name: string;
  /** `Conv2D`. */
  readonly type: string;
  /** `[null, 28, 28, 32]`; one for each output. */
  readonly outputShapes: readonly tf.Shape[];
  /** Trained and not, those of the layers inside among them. */
  readonly parameters: number;
  readonly trainable: number;
  /** Names of the layers whose outputs it takes. */
  readonly inputs: readonly string[];
  /** What sets it apart from others of its type: `3 × 3, relu`; may be empty. */
  readonly detail: string;
  /** The layers of a model that serves as a layer; else none. */
  readonly layers: readonly LayerDescription[];
}

/** A model in words: its layers in their order, and its parameters, each counted once where layers are shared. */
export interface ModelDescription {
  readonly layers: readonly LayerDescription[];
  readonly parameters: number;
  readonly trainable: number;
}

interface Node {
  readonly inboundLayers: readonly tf.layers.Layer[];
  readonly outputShapes: tf.Shape | tf.Shape[];
}

/** What TensorFlow.js keeps of a model and does not type. */
type Container = tf.LayersModel & { readonly containerNodes?: ReadonlySet<string> };

/** Describes a model's layers, also those of models within it. */
export function describeModel(model: tf.LayersModel): ModelDescription {
  return {
    layers: describeLayers(model, new Namer()),
    parameters: count(model.weights),
    trainable: count(model.trainableWeights),
  };
}

function describeLayers(model: Container, namer: Namer): LayerDescription[] {
  return model.layers.map((layer) => {
    const node = findNode(layer, model);
    const shapes = node?.outputShapes ?? layer.outputShape;
    const name = namer.name(layer);
    const inner = 'layers' in layer ? (layer as unknown as Container) : undefined;
    return {
      name,
      type: layer.getClassName(),
      outputShapes: Array.isArray(shapes[0]) ? (shapes as tf.Shape[]) : [shapes as tf.Shape],
      parameters: count(layer.weights),
      trainable: count(layer.trainableWeights),
      inputs: (node?.inboundLayers ?? []).map((input) => namer.name(input)),
      detail: inner === undefined ? describeDetail(layer.getConfig()) : '',
      layers: inner === undefined ? [] : describeLayers(inner, namer),
    };
  });
}

/** Where this model applies the layer: another model may apply it, too, to another shape. */
function findNode(layer: tf.layers.Layer, { containerNodes }: Container): Node | undefined {
  const nodes = layer.inboundNodes as unknown as readonly Node[];
  return nodes.find((_, i) => containerNodes?.has(`${layer.name}_ib-${i}`)) ?? nodes.at(-1);
}

function count(weights: readonly tf.LayerVariable[]): number {
  const once = new Map(weights.map((weight) => [weight.id, weight.shape]));
  return [...once.values()].reduce((sum, shape) => sum + shape.reduce<number>((product, size) => product * (size ?? 1), 1), 0);
}

/** Names layers as Keras does: TensorFlow.js numbers those without a name over all models of the process. */
class Namer {
  readonly #names = new Map<tf.layers.Layer, string>();
  readonly #counts = new Map<string, number>();

  name(layer: tf.layers.Layer): string {
    const known = this.#names.get(layer);
    if (known !== undefined) return known;
    const name = this.#choose(layer);
    this.#names.set(layer, name);
    return name;
  }

  #choose(layer: tf.layers.Layer): string {
    const base = baseOf(layer);
    if (base === undefined) return layer.name;
    const same = this.#counts.get(base) ?? 0;
    this.#counts.set(base, same + 1);
    return same === 0 ? base : `${base}_${same}`;
  }
}

/** The name without its number where TensorFlow.js chose it: `dense` of `dense_Dense12`, `input` of `input3`. */
function baseOf(layer: tf.layers.Layer): string | undefined {
  const type = layer.getClassName();
  return new RegExp(`^(\\w+)_${type}\\d+$|^(input|model|sequential)_?\\d+$`).exec(layer.name)?.slice(1).find(Boolean);
}

function describeDetail({ kernelSize, poolSize, rate, alpha, activation }: tf.serialization.ConfigDict): string {
  const sizes = [kernelSize, poolSize].filter(Array.isArray).map((sides) => sides.join(' × '));
  const words = [rate, alpha, activation === 'linear' ? undefined : activation];
  return [...sizes, ...words.filter((word) => typeof word === 'number' || typeof word === 'string')].join(', ');
}
