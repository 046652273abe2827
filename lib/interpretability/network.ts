import * as tf from '../tensorflow';

/** What is added to the output of one layer while a model runs: a handle by which to take a gradient there. */
export interface Addition {
  readonly at: tf.SymbolicTensor;
  readonly value: tf.Tensor;
}

/**
 * The values of `targets` when `model` sees `images`, as in use: dropout is off. Gradients pass through. Call it in `tf.tidy`.
 */
export function runModel(
  model: tf.LayersModel,
  images: tf.Tensor,
  targets: readonly tf.SymbolicTensor[],
  addition?: Addition,
): tf.Tensor[] {
  const known = new Map<number, tf.Tensor>([[model.inputs[0].id, images]]);
  const run = (symbol: tf.SymbolicTensor): tf.Tensor => {
    const found = known.get(symbol.id);
    if (found) return found;
    const { inputTensors } = symbol.sourceLayer.inboundNodes[symbol.nodeIndex];
    const inputs = inputTensors.map(run);
    const output = symbol.sourceLayer.apply(inputs.length === 1 ? inputs[0] : inputs) as tf.Tensor;
    const value = symbol.id === addition?.at.id ? output.add(addition.value) : output;
    known.set(symbol.id, value);
    return value;
  };
  return targets.map(run);
}

/** The end of a classifier: what its last dense layer takes in, and that layer's weights. */
export interface Head {
  /** `[b, features]`: the penultimate layer. */
  readonly input: tf.SymbolicTensor;
  /** `[features, classes]` and `[classes]`; they are the model's own, not to be disposed. */
  readonly kernel: tf.Tensor2D;
  readonly bias?: tf.Tensor1D;
}

/**
 * The head of `model`.
 *
 * @throws Error unless the model ends with a dense layer and softmax.
 */
export function findHead(model: tf.LayersModel): Head {
  const softmax = (layer: tf.layers.Layer) => layer.getClassName() === 'Softmax' || layer.getConfig().activation === 'softmax';
  let layer = model.outputs[0].sourceLayer;
  const [last, ended] = [layer, softmax(layer)];
  // The activation may be a layer of its own, on a dense layer without one.
  if (ended && last.getClassName() !== 'Dense') layer = inputOf(last).sourceLayer;
  const { activation } = layer.getConfig();
  if (!ended || layer.getClassName() !== 'Dense' || (layer !== last && activation !== 'linear')) {
    throw new Error(
      `The model must end with a dense layer and softmax, but ends with "${last.name}", a ${last.getClassName()}` +
        `${layer === last ? '' : ` on "${layer.name}", a ${layer.getClassName()}`}; give it a last layer ` +
        `tf.layers.dense({ units: classes, activation: 'softmax' }).`,
    );
  }
  const [kernel, bias] = layer.getWeights();
  return { input: inputOf(layer), kernel: kernel as tf.Tensor2D, bias: bias as tf.Tensor1D | undefined };
}

/** The classes' logits, `[b, classes]`: the scores that softmax makes probabilities of. Call it in `tf.tidy`. */
export function logitsOf(features: tf.Tensor, { kernel, bias }: Head): tf.Tensor2D {
  const scores: tf.Tensor2D = tf.matMul(features as tf.Tensor2D, kernel);
  return bias ? tf.add<tf.Tensor2D>(scores, bias) : scores;
}

/** The layer's first input. */
export function inputOf(layer: tf.layers.Layer): tf.SymbolicTensor {
  return layer.inboundNodes[0].inputTensors[0];
}

/**
 * The feature maps, `[b, height, width, filters]`, that end a convolutional network's blocks, first block first: what is
 * pooled, flattened or averaged, unless a pooling layer gave it.
 */
function findFeatureMaps(model: tf.LayersModel): tf.SymbolicTensor[] {
  const pools = (layer: tf.layers.Layer) => layer.getClassName().includes('Pooling');
  const ends = model.layers.filter((layer) => pools(layer) || layer.getClassName() === 'Flatten').map(inputOf);
  return [...new Set(ends)].filter(
    (symbol) => symbol.rank === 4 && symbol.id !== model.inputs[0].id && !pools(symbol.sourceLayer),
  );
}

/**
 * The feature maps that the layer called `name` gives; all that `findFeatureMaps` finds where there is no name.
 *
 * @throws Error where the model has none, and for a name of another layer or of none.
 */
export function chooseFeatureMaps(model: tf.LayersModel, name?: string): tf.SymbolicTensor[] {
  const found = findFeatureMaps(model);
  if (found.length === 0) {
    throw new Error(
      'model must have convolutions, whose feature maps show where in the image they respond, but has none; ' +
        '`saliency` and `firstLayerFilters` need none.',
    );
  }
  if (name === undefined) return found;
  const layer = model.layers.find((candidate) => candidate.name === name);
  const output = layer?.inboundNodes[0]?.outputTensors[0];
  if (output?.rank !== 4 || output.id === model.inputs[0].id) {
    throw new RangeError(
      `layer must be a layer whose output is feature maps, for instance ` +
        `${found.map(({ sourceLayer }) => `"${sourceLayer.name}"`).join(' or ')}, but got "${name}"` +
        `${layer ? `, a ${layer.getClassName()}` : ', which the model does not have'}.`,
    );
  }
  return [output];
}
