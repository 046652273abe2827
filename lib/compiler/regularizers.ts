import type { Weight } from '../recipe/trainable';
import type * as tf from '../tensorflow';
import type { Graph, Value } from './graph';
import { NotCompilableError } from './not-compilable-error';
import type { Tensor } from './tape';

/** The penalty `l1 sum |w| + l2 sum w^2` of a weight. */
export interface Regularizer {
  readonly l1: number;
  readonly l2: number;
}

/**
 * The regularizer of each weight of `model` that has one.
 *
 * @throws NotCompilableError for one that is not L1, L2 or L1L2.
 */
export function regularizersOf(model: tf.LayersModel): ReadonlyMap<Weight, Regularizer> {
  const found = new Map<Weight, Regularizer>();
  const { containerNodes } = model as unknown as { containerNodes: ReadonlySet<string> };
  for (const layer of model.layers) {
    const fields = layer as unknown as Record<string, unknown>;
    // As in TensorFlow.js, a layer's penalties count once for each place in the model where it is used.
    const uses = layer.inboundNodes.filter((_, i) => containerNodes.has(`${layer.name}_ib-${i}`)).length;
    for (const name of ['kernel', 'bias', 'gamma', 'beta']) {
      const regularizer = fields[`${name}Regularizer`] as (Regularizer & { getClassName(): string }) | null;
      if (!regularizer || !fields[name]) continue;
      if (regularizer.getClassName() !== 'L1L2') {
        throw new NotCompilableError(layer.name, `has the regularizer ${regularizer.getClassName()}`);
      }
      const { l1, l2 } = regularizer;
      found.set(fields[name] as Weight, { l1: uses * l1, l2: uses * l2 });
    }
  }
  return found;
}

/** The penalty of a weight and its gradient; undefined where both strengths are 0. */
export function emitPenalty(graph: Graph, weight: Tensor, { l1, l2 }: Regularizer): { loss: Value; gradient: Value } | undefined {
  const losses: Value[] = [];
  const gradients: Value[] = [];
  const scaled = (value: Value, factor: number) => graph.float('Mul', [value, graph.constant(factor)]);
  if (l1 > 0) {
    const axes = graph.constant([...weight.shape.keys()], 'int32');
    losses.push(scaled(graph.float('Sum', [graph.float('Abs', [weight]), axes]), l1));
    gradients.push(scaled(graph.float('Sign', [weight]), l1));
  }
  if (l2 > 0) {
    // The op gives half the sum of squares.
    losses.push(scaled(graph.float('L2Loss', [weight]), 2 * l2));
    gradients.push(scaled(weight, 2 * l2));
  }
  return losses.length > 0 ? { loss: graph.sum(losses), gradient: graph.sum(gradients) } : undefined;
}
