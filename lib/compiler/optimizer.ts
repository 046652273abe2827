import * as tf from '../tensorflow';
import type { OpAttribute } from '../tensorflow/native-op';
import { checkOptimizerState, type OptimizerState } from '../tensorflow/optimizer-state';
import { type UpdateRule, updateRuleOf } from '../tensorflow/update-rules';
import { type Graph, output, type Value } from './graph';
import { NativeTensor } from './session';
import { Variables } from './variables';

const FLOAT: OpAttribute = ['T', 'type', 'float32'];

/** An optimizer in a graph: its slots, the numbers of each step that it is fed, and one op for each weight. */
export class Optimizer {
  readonly #name: string;
  readonly #rule: UpdateRule;
  readonly #sizes: readonly number[];
  /** What the rule keeps for each weight, in order; to be set to what `begin` returns. */
  readonly slots: Variables;
  /** What the rule takes at a step, in its order, then the learning rate times the weight decay; and each of them alone. */
  readonly #numbers: Value;
  readonly #unpacked: readonly Value[];
  #step = 0;

  /** Steps begun. */
  get step(): number {
    return this.#step;
  }

  /** @param shapes Those of the weights that are trained, in order. */
  constructor(graph: Graph, optimizer: tf.Optimizer, shapes: readonly (readonly number[])[]) {
    this.#name = optimizer.getClassName();
    this.#rule = updateRuleOf(optimizer);
    this.#sizes = shapes.map((shape) => tf.util.sizeFromShape([...shape]));
    this.slots = new Variables(
      graph,
      'slot',
      shapes.flatMap((shape) => this.#rule.slots.map(() => shape)),
    );
    const count = this.#numbersOf(0, 1).length;
    this.#numbers = graph.placeholder('float32', [count]);
    const node = graph.add('Unpack', [this.#numbers], [FLOAT, ['num', 'int', count]]);
    this.#unpacked = Array.from({ length: count }, (_, i) => output(node, i));
  }

  /** Adds the update of weight `i`, a variable of value `weight`, and returns the node that makes it. */
  emitUpdate(graph: Graph, i: number, handle: Value, weight: Value, gradient: Value): string {
    const { op, attributes = [], weightDecay } = this.#rule;
    const numbers = [...this.#unpacked];
    const decay = numbers.pop() as Value;
    const before = weightDecay
      ? [graph.add('AssignSubVariableOp', [handle, graph.float('Mul', [weight, decay])], [['dtype', 'type', 'float32']])]
      : [];
    const slotsEach = this.#rule.slots.length;
    const slots = this.slots.handles.slice(i * slotsEach, (i + 1) * slotsEach);
    const rest = this.#rule.inputs(0, 1).map((input) => (input === 'gradient' ? gradient : (numbers.shift() as Value)));
    return graph.add(op, [handle, ...slots, ...rest], [FLOAT, ...attributes], before);
  }

  /** Begins a step: what it must be fed. The caller disposes the tensor. */
  nextStep(learningRate: number): [Value, NativeTensor] {
    this.#step++;
    const numbers = this.#numbersOf(learningRate, this.#step);
    return [this.#numbers, new NativeTensor(Float32Array.from(numbers), [numbers.length])];
  }

  /** What the next steps depend on beside the weights, of which `slots` is a copy of those of the session. */
  state(slots: readonly Float32Array[]): OptimizerState {
    return { optimizer: this.#name, step: this.#step, slots };
  }

  /**
   * Goes on from `state`, or begins anew without one; returns what the slots must be set to.
   *
   * @throws Error where the state is one of another optimizer or of other weights.
   */
  begin(state?: OptimizerState): readonly Float32Array[] {
    const { slots } = this.#rule;
    if (state) checkOptimizerState(state, this.#name, this.#sizes, slots.length);
    this.#step = state?.step ?? 0;
    return state?.slots ?? this.#sizes.flatMap((size) => slots.map((start) => new Float32Array(size).fill(start)));
  }

  #numbersOf(learningRate: number, step: number): number[] {
    const numbers = this.#rule.inputs(learningRate, step).filter((input): input is number => input !== 'gradient');
    return [...numbers, learningRate * (this.#rule.weightDecay ?? 0)];
  }
}
