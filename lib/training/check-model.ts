import { anything, describeFault, fields, leftOut, listOf, oneOf, type Schema, text, whole } from '../storage/schema';

const FLOAT_BYTES = 4;
/** Numbers in one input; an image of 28 x 28 has 784. */
const MAX_INPUT = 2 ** 18;

interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
}

/** What of a `model.json` makes the model. */
export interface ModelContent {
  readonly modelTopology: { readonly config: LayerConfig };
  readonly weightsManifest: readonly { readonly paths: readonly string[]; readonly weights: readonly Weight[] }[];
  readonly userDefinedMetadata?: object;
}

/**
 * Validates a `ModelContent` read from disk where `weights.bin` holds all weights, as TensorFlow.js' `model.save` writes them.
 */
const modelSchema = fields({
  modelTopology: fields({ class_name: text, config: fields({ name: text }) }),
  weightsManifest: listOf(
    fields({
      paths: listOf(oneOf('weights.bin')),
      weights: listOf(fields({ name: text, shape: listOf(whole(0)), dtype: oneOf('float32') }, { quantization: leftOut })),
    }),
  ),
});

/**
 * What is wrong with the content of a `model.json`, in words; undefined where it fits `weights.bin` of so many bytes.
 *
 * TensorFlow.js makes a layer's weights before it compares them with those that were saved, so that a layer of a billion
 * units would end the process: no layer may be larger than its weights. And it tries layers again and again until each has
 * its inputs: none may wait for what does not come.
 */
export function findModelFault(content: unknown, weightBytes: number): string | undefined {
  const fault = describeFault(content, anything) ?? describeFault(content, modelSchema);
  if (fault) return fault;
  const { modelTopology, weightsManifest } = content as ModelContent;
  const [group] = weightsManifest;
  if (weightsManifest.length !== 1 || group.paths.length !== 1) {
    return 'weightsManifest must be one group of one path, but has more or none';
  }
  const bytes = group.weights.reduce((sum, { shape }) => sum + FLOAT_BYTES * product(shape), 0);
  if (bytes !== weightBytes) {
    return `weightsManifest must have the weights of weights.bin, ${weightBytes} bytes, but has those of ${bytes}`;
  }
  // TensorFlow.js takes `batchInputShape` for `batch_input_shape`, which it writes and we look at.
  const [capital] = /"\w*[A-Z]\w*":/.exec(JSON.stringify(modelTopology)) ?? [];
  if (capital) return `modelTopology must have names without capitals, but has ${capital}`;
  return findLayerFault(modelTopology, group.weights);
}

interface LayerConfig {
  readonly name: string;
  readonly units?: unknown;
  readonly filters?: unknown;
  readonly kernel_size?: unknown;
  readonly batch_input_shape?: unknown;
  /** Of a model, which may be a layer of another one. */
  readonly layers?: unknown;
}

interface Layer {
  /** Of the config, where it has `inbound_nodes`. */
  readonly name?: string;
  readonly class_name: string;
  readonly config: LayerConfig;
  /** A layer's calls, each with its inputs: the name of a layer, which of its calls and which of the outputs. */
  readonly inbound_nodes?: readonly (readonly (readonly [string, number])[])[];
}

const inputSchema: Schema = (value) => {
  const [name, call] = Array.isArray(value) ? value : [];
  return fields({ name: text, call: whole(0) })({ name, call });
};
const layerSchema = fields(
  { class_name: text, config: fields({ name: text }) },
  { name: text, inbound_nodes: listOf(listOf(inputSchema)) },
);

function findLayerFault({ config: { layers } }: Pick<Layer, 'config'>, weights: readonly Weight[]): string | undefined {
  if (layers === undefined) return undefined;
  const fault = describeFault(layers, listOf(layerSchema), 'layers');
  if (fault) return fault;
  for (const layer of layers as readonly Layer[]) {
    const { name, config, inbound_nodes } = layer;
    if (inbound_nodes && name !== config.name) {
      return `name of the layer ${config.name} must be that of its config, but is ${name}`;
    }
    const found = findLargeSize(config, weights) ?? findLayerFault(layer, weights);
    if (found) return found;
  }
  return findLayerWithoutInput(layers as readonly Layer[]);
}

/** Calls the layers as TensorFlow.js does, each once all its inputs are there. */
function findLayerWithoutInput(layers: readonly Layer[]): string | undefined {
  const calls = new Map(layers.map(({ class_name, config }) => [config.name, class_name === 'InputLayer' ? 1 : 0]));
  let waiting = layers.flatMap(({ config, inbound_nodes = [] }) => inbound_nodes.map((node) => ({ config, node })));
  for (let before = Number.POSITIVE_INFINITY; waiting.length < before; ) {
    before = waiting.length;
    waiting = waiting.filter(({ config: { name }, node }) => {
      const isReady = node.every(([input, call]) => (calls.get(input) ?? 0) > call);
      // Without inputs it is not called at all.
      if (isReady && node.length > 0) calls.set(name, (calls.get(name) ?? 0) + 1);
      return !isReady;
    });
  }
  return waiting.length === 0
    ? undefined
    : `inbound_nodes of the layer ${waiting[0].config.name} must name layers that are there, and not lead to itself, but ` +
        `are ${JSON.stringify(waiting[0].node)}`;
}

function findLargeSize(config: LayerConfig, weights: readonly Weight[]): string | undefined {
  const { name, units, filters, kernel_size, batch_input_shape } = config;
  // The first side, null, is that of the batch.
  const input = [batch_input_shape ?? []].flat().map((side) => (side ?? 1) as number);
  if (!(product(input) <= MAX_INPUT)) {
    return `batch_input_shape of the layer ${name} must be of at most ${MAX_INPUT} numbers, but is ${input}`;
  }
  const own = weights.filter((weight) => weight.name.startsWith(`${name}/`));
  for (const [key, size] of Object.entries({ units, filters })) {
    // Gates of recurrent layers lie side by side: four times the units.
    const fits = ({ shape }: Weight) => shape[shape.length - 1] % Number(size) === 0;
    if (size !== undefined && !own.some(fits)) {
      return `${key} of the layer ${name} must be those of its weights in weightsManifest, but is ${size}`;
    }
  }
  if (kernel_size === undefined) return undefined;
  const sides = [kernel_size].flat();
  if (own.some(({ shape }) => sides.every((side, i) => side === shape[i]))) return undefined;
  return `kernel_size of the layer ${name} must be that of its weights in weightsManifest, but is ${sides}`;
}

function product(shape: readonly number[]): number {
  return shape.reduce((total, side) => total * side, 1);
}
