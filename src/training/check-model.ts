import { anything, describeFault, fields, leftOut, listOf, oneOf, text, whole } from '../storage/shape';

const FLOAT_BYTES = 4;
/** Numbers in one input; an image of 28 x 28 has 784. */
const MAX_INPUT = 2 ** 18;

interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
}

/** What of a `model.json` makes the model. */
export interface ModelContent {
  readonly modelTopology: object;
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly Weight[];
  }[];
  readonly userDefinedMetadata?: object;
}

/** What a `ModelContent` must be to be believed where `weights.bin` holds all weights, as TensorFlow.js' `model.save` writes them. */
const modelShape = fields(
  {
    modelTopology: fields({ class_name: text, config: anything }),
    weightsManifest: listOf(
      fields({
        paths: listOf(oneOf('weights.bin')),
        weights: listOf(
          fields({ name: text, shape: listOf(whole(0)), dtype: oneOf('float32') }, { quantization: leftOut }),
        ),
      }),
    ),
  },
  { userDefinedMetadata: anything },
);

/**
 * What is wrong with the content of a `model.json`, in words; undefined where it fits `weights.bin` of so many bytes.
 *
 * TensorFlow.js makes a layer's weights before it compares them with those that were saved, so that a layer of a billion
 * units would end the process: no layer may be larger than its weights.
 */
export function findModelFault(content: unknown, weightBytes: number): string | undefined {
  const fault = describeFault(content, modelShape);
  if (fault) return fault;
  const { modelTopology, weightsManifest } = content as {
    readonly modelTopology: object;
    readonly weightsManifest: readonly {
      readonly paths: readonly string[];
      readonly weights: readonly Weight[];
    }[];
  };
  const [group] = weightsManifest;
  if (weightsManifest.length !== 1 || group.paths.length !== 1) {
    return 'weightsManifest must be one group of one path, but has more or none';
  }
  const bytes = group.weights.reduce((sum, { shape }) => sum + FLOAT_BYTES * product(shape), 0);
  if (bytes !== weightBytes) {
    return `weightsManifest must have the weights of weights.bin, ${weightBytes} bytes, but has those of ${bytes}`;
  }
  return findLargeLayer(modelTopology, group.weights);
}

interface LayerConfig {
  readonly name?: unknown;
  readonly units?: unknown;
  readonly filters?: unknown;
  readonly kernel_size?: unknown;
  readonly batch_input_shape?: unknown;
  /** Of a model, which may be a layer of another one. */
  readonly layers?: unknown;
}

function configOf(layer: unknown): LayerConfig {
  return (layer as { readonly config?: LayerConfig } | null)?.config ?? {};
}

function findLargeLayer(model: unknown, weights: readonly Weight[]): string | undefined {
  const { layers } = configOf(model);
  for (const layer of Array.isArray(layers) ? layers : []) {
    const fault = findLargeSize(configOf(layer), weights) ?? findLargeLayer(layer, weights);
    if (fault) return fault;
  }
  return undefined;
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
