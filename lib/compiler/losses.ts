import { type Graph, output, type Value } from './graph';
import type { Tensor } from './tape';

/**
 * The cross-entropy of each image in nats, `[b]`, and its gradient with respect to the logits, `[b, classes]`.
 *
 * @param labels int32 `[b]`.
 * @param classWeights What an image of each class counts; 1 without.
 * @param smoothing Share of each label that is spread over all classes (Szegedy et al. 2016, section 7).
 */
export function emitCrossEntropy(
  graph: Graph,
  logits: Tensor,
  labels: Value,
  smoothing: number,
  classWeights?: readonly number[],
): { losses: Value; gradient: Value } {
  const classes = logits.shape[1] as number;
  const node =
    smoothing === 0
      ? graph.add(
          'SparseSoftmaxCrossEntropyWithLogits',
          [logits, labels],
          [
            ['T', 'type', 'float32'],
            ['Tlabels', 'type', 'int32'],
          ],
        )
      : graph.add(
          'SoftmaxCrossEntropyWithLogits',
          [logits, emitSmoothLabels(graph, labels, classes, smoothing)],
          [['T', 'type', 'float32']],
        );
  const [losses, gradient] = [output(node, 0), output(node, 1)];
  if (!classWeights) return { losses, gradient };
  const gathered = graph.add(
    'GatherV2',
    [graph.constant(classWeights), labels, graph.constant(0, 'int32')],
    [
      ['Tparams', 'type', 'float32'],
      ['Tindices', 'type', 'int32'],
      ['Taxis', 'type', 'int32'],
    ],
  );
  const weights = output(gathered, 0);
  return {
    losses: graph.float('Mul', [losses, weights]),
    gradient: graph.float('Mul', [gradient, graph.reshape(weights, [null, 1])]),
  };
}

/** `(1 - smoothing) y + smoothing / classes` of the one-hot labels y, `[b, classes]`. */
function emitSmoothLabels(graph: Graph, labels: Value, classes: number, smoothing: number): Value {
  const spread = smoothing / classes;
  const values = [graph.constant(1 - smoothing + spread), graph.constant(spread)];
  return graph.float('OneHot', [labels, graph.constant(classes, 'int32'), ...values], [['TI', 'type', 'int32']]);
}

/** How many images have their label's logit as the largest, float32. */
export function emitCorrect(graph: Graph, logits: Tensor, labels: Value): Value {
  const predicted = graph.add(
    'ArgMax',
    [logits, graph.constant(1, 'int32')],
    [
      ['T', 'type', 'float32'],
      ['Tidx', 'type', 'int32'],
      ['output_type', 'type', 'int32'],
    ],
  );
  const right = graph.add('Equal', [output(predicted, 0, 'int32'), labels], [['T', 'type', 'int32']]);
  return graph.float('Sum', [graph.cast(output(right, 0, 'bool'), 'float32'), graph.constant([0], 'int32')]);
}
