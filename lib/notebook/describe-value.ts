import { formatCount, formatPercent, plural } from '../base/words';
import { type Dataset, IMAGE_SIZE, type LoadedDataset } from '../data/dataset';
import type { Predictions } from '../evaluation/predictions';
import type * as tf from '../tensorflow';
import type { History } from '../training/history';
import { describeModel } from '../training/model-layers';
import { formatSeconds } from './time';

/** Classes that are named; of more, the first ones. */
const MAX_NAMED = 50;
/** Tensors of more dimensions than this have too many lines of values. */
const MAX_RANK = 2;

/** What a tensor, a data set, or what `fit` or `evaluate` gave says in a few lines; undefined for any other value. */
export function describeValue(value: object): string | undefined {
  if (isTensor(value)) return describeTensor(value);
  if (has(value, 'sourceLayer', 'shape', 'dtype')) {
    const { shape, sourceLayer } = value as tf.SymbolicTensor;
    return `SymbolicTensor ${describeShape(shape)}, output of ${sourceLayer.name}`;
  }
  if (has(value, 'probabilities', 'predicted', 'labels', 'accuracy')) return describePredictions(value as Predictions);
  if (has(value, 'images', 'labels', 'classNames', 'size')) return describeDataset(value as Dataset);
  if (has(value, 'train', 'test', 'classNames', 'files')) return describeLoaded(value as LoadedDataset);
  if (has(value, 'epochs', 'trainSize', 'batchSize')) return describeHistory(value as History);
  if (has(value, 'model', 'history') && isModel(value.model)) {
    const { parameters, trainable } = describeModel(value.model);
    const kind = parameters === trainable ? '' : `, ${formatCount(trainable)} of them trained`;
    return `${describeHistory(value.history as History)}\nModel of ${plural(parameters, 'parameter')}${kind}`;
  }
  return undefined;
}

/** Whether a value is a model of TensorFlow.js. */
export function isModel(value: unknown): value is tf.LayersModel {
  return typeof value === 'object' && value !== null && has(value, 'layers', 'weights', 'countParams', 'predict');
}

function has<Key extends string>(value: object, ...keys: Key[]): value is Record<Key, unknown> {
  return keys.every((key) => key in value);
}

function isTensor(value: object): value is tf.Tensor {
  return has(value, 'dataSync', 'shape', 'dtype') && typeof value.dataSync === 'function';
}

const describeShape = (shape: readonly (number | null)[]) => `[${shape.map((side) => side ?? 'b').join(', ')}]`;

function describeTensor(tensor: tf.Tensor): string {
  const head = `Tensor ${describeShape(tensor.shape)} ${tensor.dtype}`;
  if (tensor.isDisposed) return `${head}, disposed`;
  // TensorFlow.js itself leaves out the middle of long rows and columns.
  const values = tensor.rank > MAX_RANK ? '' : tensor.toString().replace(/^Tensor\n/, '\n');
  if (tensor.dtype !== 'float32' && tensor.dtype !== 'int32') return head + values;
  let [least, greatest, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const number of tensor.dataSync()) {
    if (number < least) least = number;
    if (number > greatest) greatest = number;
    sum += number;
  }
  const write = (number: number) => String(Number(number.toPrecision(4)));
  const range = tensor.size < 2 ? '' : `, from ${write(least)} to ${write(greatest)}, mean ${write(sum / tensor.size)}`;
  return head + range + values;
}

function describeClasses(names: readonly string[]): string {
  const named = names.slice(0, MAX_NAMED).join(', ');
  return `${names.length} classes: ${named}${names.length > MAX_NAMED ? ', ...' : ''}`;
}

function describeDataset({ name, size, classNames, source }: Dataset): string {
  const images = `${plural(size, 'image')} of ${IMAGE_SIZE} × ${IMAGE_SIZE} pixels`;
  return `${name}: ${images}\n${describeClasses(classNames)}\n${source}`;
}

function describeLoaded({ name, source, classNames, train, test }: LoadedDataset): string {
  const images = `${formatCount(train.size)} training and ${formatCount(test.size)} test images`;
  return `${name}: ${images} of ${IMAGE_SIZE} × ${IMAGE_SIZE} pixels\n${describeClasses(classNames)}\n${source}`;
}

function describeHistory(history: History): string {
  const { epochs, seconds, trainSize, validationSize, batchSize, seed, bestEpoch, stopped } = history;
  const held = validationSize > 0 ? `, ${formatCount(validationSize)} held out` : '';
  const ended = stopped === undefined ? '' : `, stopped early (${stopped})`;
  const lines = [
    `${plural(epochs.length, 'epoch')} in ${formatSeconds(seconds)} on ${plural(trainSize, 'image')}${held}${ended}`,
    `batch size ${batchSize}, seed ${seed}`,
  ];
  const record = bestEpoch === undefined ? epochs.at(-1) : epochs[bestEpoch - 1];
  if (record === undefined) return lines.join('\n');
  const { epoch, loss, accuracy, valLoss, valAccuracy } = record;
  const scores = [`training loss ${loss.toFixed(3)}, accuracy ${formatPercent(accuracy)}`];
  if (valLoss !== undefined) scores.push(`validation loss ${valLoss.toFixed(3)}, accuracy ${formatPercent(valAccuracy ?? NaN)}`);
  return [...lines, `epoch ${epoch}: ${scores.join('; ')}`].join('\n');
}

function describePredictions({ size, classNames, accuracy, loss, seconds }: Predictions): string {
  const scores = `accuracy ${formatPercent(accuracy)}, loss ${loss.toFixed(4)}`;
  return `Predictions of ${plural(size, 'image')} in ${classNames.length} classes: ${scores}, ${formatSeconds(seconds)}`;
}
