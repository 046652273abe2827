import type * as tf from '../tensorflow';
import type { OpAttribute } from '../tensorflow/native-op';
import { type UpdateRule, updateRuleOf } from '../tensorflow/update-rules';
import type { OptimizerState } from '../tensorflow/weight-updates';
import { emitImages, emitModel } from './forward';
import { type Graph, output, type Value } from './graph';
import { NotCompilableError } from './layers';
import { emitCorrect, emitCrossEntropy } from './losses';
import { emitPenalty, regularizersOf } from './regularizers';
import { NativeTensor, type Session } from './session';
import { Tape } from './tape';
import { Variables } from './variables';

const FLOAT: OpAttribute = ['T', 'type', 'float32'];
const DTYPE: OpAttribute = ['dtype', 'type', 'float32'];

/** The images and labels that a training draws its batches from, on TensorFlow's side. The owner disposes both. */
export interface TrainingData {
  /** uint8 `[n, 784]`. */
  readonly images: NativeTensor;
  /** uint8 `[n]`. */
  readonly labels: NativeTensor;
}

/** What one step over a batch gave. */
export interface StepResult {
  /** Mean cross-entropy of the batch in nats, plus regularization. */
  readonly loss: number;
  /** Images of the batch classified rightly, before the update. */
  readonly correct: number;
}

/** The part of a graph that takes a step of training: forward, loss, gradients and the update of all weights. */
export class TrainingGraph {
  readonly #optimizer: string;
  readonly #rule: UpdateRule;
  readonly #slots: Variables;
  readonly #images: Value;
  readonly #labels: Value;
  readonly #indices: Value;
  readonly #seed: Value;
  /** What the optimizer's rule and its weight decay take, in order. */
  readonly #numbers: Value;
  readonly #result: Value;
  #step = 0;

  /** @throws NotCompilableError for a model that the compiler does not know. */
  constructor(graph: Graph, model: tf.LayersModel, weights: Variables, labelSmoothing: number) {
    this.#optimizer = model.optimizer.getClassName();
    this.#rule = updateRuleOf(model.optimizer);
    const trainable = model.trainableWeights.map((weight) => model.weights.indexOf(weight));
    this.#slots = new Variables(
      graph,
      'slot',
      trainable.flatMap((i) => this.#rule.slots.map(() => weights.shapes[i])),
    );

    this.#images = graph.placeholder('uint8', [null, null]);
    this.#labels = graph.placeholder('uint8', [null]);
    this.#indices = graph.placeholder('int32', [null]);
    this.#seed = graph.placeholder('int32', []);
    const batch = (rows: Value) =>
      output(
        graph.add(
          'GatherV2',
          [rows, this.#indices, graph.constant(0, 'int32')],
          [
            ['Tparams', 'type', 'uint8'],
            ['Tindices', 'type', 'int32'],
            ['Taxis', 'type', 'int32'],
          ],
        ),
        0,
        'uint8',
      );
    const labels = graph.cast(batch(this.#labels), 'int32');
    const size = graph.cast(
      output(graph.add('Size', [this.#indices], [['T', 'type', 'int32']]), 0, 'int32'),
      'float32',
    );

    const tape = new Tape(graph);
    const updates: string[] = [];
    let draws = 0;
    const probabilities = emitModel(model, emitImages(graph, model, batch(this.#images)), {
      tape,
      weight: (weight) => weights.values[model.weights.indexOf(weight)],
      training: {
        batchSize: size,
        blend: (moving, value, momentum) => {
          const i = model.weights.indexOf(moving);
          const difference = graph.float('Sub', [weights.values[i], value]);
          const change = graph.float('Mul', [difference, graph.constant(1 - momentum)]);
          updates.push(graph.add('AssignSubVariableOp', [weights.handles[i], change], [DTYPE]));
        },
        nextSeed: () =>
          output(
            graph.add(
              'Pack',
              [this.#seed, graph.constant(draws++, 'int32')],
              [
                ['T', 'type', 'int32'],
                ['N', 'int', 2],
              ],
            ),
            0,
            'int32',
          ),
      },
    });
    // The loss takes the numbers before the softmax: exact where a probability is tiny.
    const logits = tape.inputOf('Softmax', probabilities);
    if (!logits) {
      throw new NotCompilableError(
        `the layer ${model.outputs[0].sourceLayer.name} ends the model without softmax`,
      );
    }
    const { losses, gradient } = emitCrossEntropy(graph, logits, labels, labelSmoothing);
    const gradients = tape.gradients(logits, graph.float('RealDiv', [gradient, size]));

    const inputs = this.#rule.inputs(1, 1);
    const fed = inputs.filter((input) => input !== 'gradient').length;
    this.#numbers = graph.placeholder('float32', [fed + 1]);
    const unpacked = graph.add('Unpack', [this.#numbers], [FLOAT, ['num', 'int', fed + 1]]);
    const regularizers = regularizersOf(model);
    const penalties: Value[] = [];
    trainable.forEach((i, order) => {
      const weight = weights.values[i];
      const regularizer = regularizers.get(model.weights[i]);
      const penalty = regularizer && emitPenalty(graph, weight, regularizer);
      if (penalty) penalties.push(penalty.loss);
      const parts = [gradients.get(weight.name), penalty?.gradient].filter((part): part is Value => !!part);
      if (parts.length === 0)
        throw new NotCompilableError(`the weight ${model.weights[i].name} has no gradient`);
      const total = graph.sum(parts);
      const decays: string[] = [];
      if (this.#rule.weightDecay) {
        const decay = graph.float('Mul', [weight, output(unpacked, fed)]);
        decays.push(graph.add('AssignSubVariableOp', [weights.handles[i], decay], [DTYPE]));
      }
      let number = 0;
      const rest = inputs.map((input) => (input === 'gradient' ? total : output(unpacked, number++)));
      const slots = this.#rule.slots.map(
        (_, slot) => this.#slots.handles[order * this.#rule.slots.length + slot],
      );
      updates.push(
        graph.add(
          this.#rule.op,
          [weights.handles[i], ...slots, ...rest],
          [FLOAT, ...(this.#rule.attributes ?? [])],
          decays,
        ),
      );
    });

    const mean = graph.float('Mean', [losses, graph.constant([0], 'int32')]);
    const loss = graph.sum([mean, ...penalties]);
    const result = output(
      graph.add('Pack', [loss, emitCorrect(graph, logits, labels)], [FLOAT, ['N', 'int', 2]]),
      0,
    );
    this.#result = graph.after(result, updates);
  }

  /** Takes one step on the images at `indices`; the dropout masks follow from `seed`. */
  run(
    session: Session,
    data: TrainingData,
    indices: Uint32Array,
    learningRate: number,
    seed: number,
  ): StepResult {
    this.#step++;
    const numbers = this.#rule
      .inputs(learningRate, this.#step)
      .filter((input): input is number => input !== 'gradient');
    const decay = learningRate * (this.#rule.weightDecay ?? 0);
    const own: [Value, NativeTensor][] = [
      [this.#indices, new NativeTensor(new Int32Array(indices), [indices.length])],
      [this.#seed, new NativeTensor(Int32Array.of(seed), [])],
      [this.#numbers, new NativeTensor(Float32Array.of(...numbers, decay), [numbers.length + 1])],
    ];
    const [[loss, correct]] = session.run(
      new Map([[this.#images, data.images], [this.#labels, data.labels], ...own]),
      [this.#result],
    );
    for (const [, tensor] of own) tensor.dispose();
    return { loss, correct };
  }

  /** A copy of what the next steps depend on beside the weights. */
  state(session: Session): OptimizerState {
    return { optimizer: this.#optimizer, step: this.#step, slots: this.#slots.read(session) };
  }

  /** Goes on from `state`, or begins anew without one. */
  restore(session: Session, state?: OptimizerState): void {
    const fresh = () =>
      this.#slots.shapes.map((shape, i) =>
        new Float32Array(shape.reduce((product, side) => product * side, 1)).fill(
          this.#rule.slots[i % this.#rule.slots.length],
        ),
      );
    this.#slots.write(session, state?.slots ?? fresh());
    this.#step = state?.step ?? 0;
  }
}
