import type { Dataset } from '../data/dataset';
import type { Predictions } from '../evaluation/predictions';
import * as tf from '../tensorflow';
import { evaluate } from '../training/evaluate';

/** Number formats of packed weights, smallest first. */
const FORMATS = ['uint8', 'uint16', 'float32'] as const;
export type WeightFormat = (typeof FORMATS)[number];

/** By how much, as a share of the test images, packed weights may change the accuracy: 0.1 percentage points. */
const TOLERANCE = 0.001;

/** A model as `tf.io.fromMemory` takes it, in Node and in a browser. */
export interface PackedModel {
  readonly modelTopology: object;
  readonly weightSpecs: Parameters<typeof tf.io.decodeWeights>[1];
  readonly weightData: ArrayBuffer;
}

/** A model with its weights in the smallest format that reads as well as the full ones. */
export interface QuantizedModel {
  readonly packed: PackedModel;
  /** Of the kernels; biases and batch normalization are few and stay float32. */
  readonly format: WeightFormat;
  /** What the packed model says about the test images. */
  readonly predictions: Predictions;
  /** Share of the test images that the model reads rightly with its full weights. */
  readonly fullAccuracy: number;
}

/**
 * The model with its kernels in the smallest of uint8, uint16 and float32 whose accuracy on `test` is within 0.1 percentage
 * points of the full weights'. The model is left as it is.
 *
 * The format is TensorFlow.js' own (`quantization` of a weight's specification): `weight = min + scale * number`, with the
 * kernel's smallest weight for 0 and its largest for the largest number.
 *
 * @throws Error where model and data do not fit each other, or a weight is not a finite number.
 */
export async function quantizeModel(model: tf.LayersModel, test: Dataset): Promise<QuantizedModel> {
  const full = await serialize(model);
  const { accuracy: fullAccuracy } = await evaluate(model, test);
  let chosen: QuantizedModel | undefined;
  for (const format of FORMATS) {
    const packed = packWeights(full, format);
    const copy = await tf.loadLayersModel(tf.io.fromMemory(packed));
    try {
      chosen = { packed, format, predictions: await evaluate(copy, test), fullAccuracy };
    } finally {
      copy.dispose();
    }
    if (Math.abs(chosen.predictions.accuracy - fullAccuracy) <= TOLERANCE) break;
  }
  return chosen as QuantizedModel;
}

async function serialize(model: tf.LayersModel): Promise<PackedModel> {
  let packed: PackedModel | undefined;
  await model.save(
    tf.io.withSaveHandler(async ({ modelTopology, weightSpecs = [], weightData = new ArrayBuffer(0) }) => {
      packed = {
        modelTopology: withoutInitializers(modelTopology as object),
        weightSpecs,
        weightData: tf.io.CompositeArrayBuffer.join(weightData),
      };
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  return packed as PackedModel;
}

/** The same layers, without the random numbers that a browser would draw only to overwrite them. */
function withoutInitializers(topology: object): object {
  return JSON.parse(
    JSON.stringify(topology, (key, value: unknown) =>
      key.endsWith('_initializer') ? { class_name: 'Zeros', config: {} } : value,
    ),
  ) as object;
}

/** The same model with its kernels in `format`; every other weight stays as it is. */
export function packWeights(full: PackedModel, format: WeightFormat): PackedModel {
  let offset = 0;
  const parts = full.weightSpecs.map((spec) => {
    const size = spec.shape.reduce((a, b) => a * b, 1);
    const weights = new Float32Array(full.weightData, offset, size);
    offset += weights.byteLength;
    if (!weights.every(Number.isFinite)) {
      throw new Error(
        `The model's weights must be finite numbers, but ${spec.name} holds others: its training diverged. Train it again ` +
          'with a smaller learning rate.',
      );
    }
    if (format === 'float32' || spec.shape.length < 2) return { spec, numbers: weights };
    const min = weights.reduce((a, b) => Math.min(a, b));
    const max = weights.reduce((a, b) => Math.max(a, b));
    const numbers = format === 'uint8' ? new Uint8Array(size) : new Uint16Array(size);
    // Equal weights have no range to divide.
    const scale = (max - min) / (format === 'uint8' ? 255 : 65535) || 1;
    weights.forEach((weight, i) => {
      numbers[i] = Math.round((weight - min) / scale);
    });
    return { spec: { ...spec, quantization: { dtype: format, scale, min } }, numbers };
  });
  return {
    modelTopology: full.modelTopology,
    weightSpecs: parts.map(({ spec }) => spec),
    weightData: tf.io.concatenateArrayBuffers(parts.map(({ numbers }) => numbers.slice().buffer as ArrayBuffer)),
  };
}
