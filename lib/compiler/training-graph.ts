import { PIXELS } from '../data/dataset';
import type { AugmentationConfig } from '../recipe/augmentation';
import { trainableOf, weightsOf } from '../recipe/trainable';
import type * as tf from '../tensorflow';
import type { OpAttribute } from '../tensorflow/native-op';
import type { OptimizerState } from '../tensorflow/optimizer-state';
import { Augmentation } from './augmentation';
import type { ConvolutionType } from './convolution-type';
import { emitImages, emitModel } from './forward';
import { type Graph, output, type Value } from './graph';
import { emitCorrect, emitCrossEntropy } from './losses';
import { MovingAverage } from './moving-average';
import { NotCompilableError } from './not-compilable-error';
import { Optimizer } from './optimizer';
import { emitPenalty, regularizersOf } from './regularizers';
import { NativeTensor, type Session } from './session';
import { Tape } from './tape';
import { Variables } from './variables';

/** The images and labels that a training draws its batches from, on TensorFlow's side. The owner disposes both. */
export interface TrainingData {
  /** uint8 `[n, 784]`. */
  readonly images: NativeTensor;
  /** uint8 `[n]`. */
  readonly labels: NativeTensor;
}

/** How a graph trains, beside the model's optimizer; the parts of `CompileConfig` of these names. */
export interface TrainingOptions {
  readonly labelSmoothing?: number;
  readonly augmentation?: AugmentationConfig;
  readonly emaMomentum?: number;
  readonly classWeights?: readonly number[];
  /** What convolutions compute with; default float32. */
  readonly convolutionType?: ConvolutionType;
}

/** What one step over a batch gave. */
export interface StepResult {
  /** Mean cross-entropy of the batch in nats, with the labels smoothed and weighted as asked for, plus regularization. */
  readonly loss: number;
  /** Images of the batch classified rightly, before the update. */
  readonly correct: number;
}

/** The part of a graph that takes a step of training: forward, loss, gradients and the update of all weights. */
export class TrainingGraph {
  readonly #weights: Variables;
  readonly #optimizer: Optimizer;
  #augmentation?: Augmentation;
  /** The moving averages of the weights, where they were asked for. */
  readonly average?: MovingAverage;
  readonly #images: Value;
  readonly #labels: Value;
  readonly #indices: Value;
  readonly #seed: Value;
  readonly #result: Value;

  /**
   * @param weights Those of `weightsOf(model)`, in order.
   * @throws NotCompilableError for a model with something that the compiler does not know.
   */
  constructor(graph: Graph, model: tf.LayersModel, weights: Variables, options: TrainingOptions) {
    const { labelSmoothing = 0, augmentation, emaMomentum = 0, classWeights } = options;
    const order = weightsOf(model);
    const trained = trainableOf(model);
    this.#weights = weights;
    this.#images = graph.placeholder('uint8', [null, PIXELS]);
    this.#labels = graph.placeholder('uint8', [null]);
    this.#indices = graph.placeholder('int32', [null]);
    this.#seed = graph.placeholder('int32', []);
    const pixels = gather(graph, this.#images, this.#indices);
    const labels = graph.cast(gather(graph, this.#labels, this.#indices), 'int32');
    const batchSize = graph.size(this.#indices);

    const tape = new Tape(graph);
    const updates: string[] = [];
    const moving: Value[] = [...weights.values];
    let draws = 0;
    const input = emitImages(graph, model, pixels, (images) => {
      if (!augmentation) return images;
      this.#augmentation = new Augmentation(graph, images, augmentation);
      return this.#augmentation.images;
    });
    const probabilities = emitModel(model, input, {
      tape,
      weight: (weight) => weights.values[order.indexOf(weight)],
      training: {
        batchSize,
        frozen: trained.frozen,
        blend(weight, value, momentum) {
          const i = order.indexOf(weight);
          const difference = graph.float('Sub', [moving[i], value]);
          const change = graph.float('Mul', [difference, graph.constant(1 - momentum)]);
          // A layer that is used again goes on from here.
          moving[i] = graph.float('Sub', [moving[i], change]);
          const dtype: OpAttribute = ['dtype', 'type', 'float32'];
          updates.push(graph.add('AssignSubVariableOp', [weights.handles[i], change], [dtype]));
        },
        nextSeed: () => graph.pack([this.#seed, graph.constant(draws++, 'int32')]),
        convolutionType: options.convolutionType ?? 'float32',
      },
    });
    // The loss takes the numbers before the softmax: exact where a probability is tiny.
    const logits = tape.inputOf('Softmax', probabilities);
    if (!logits) {
      throw new NotCompilableError(model.outputs[0].sourceLayer.name, 'ends the model without softmax');
    }
    const { losses, gradient } = emitCrossEntropy(graph, logits, labels, labelSmoothing, classWeights);
    const gradients = tape.gradients(logits, graph.float('RealDiv', [gradient, graph.cast(batchSize, 'float32')]));

    const terms = [graph.float('Mean', [losses, graph.constant([0], 'int32')])];
    const penaltyGradients = new Map<number, Value>();
    for (const [weight, regularizer] of regularizersOf(model)) {
      const i = order.indexOf(weight);
      const penalty = emitPenalty(graph, weights.values[i], regularizer);
      if (!penalty) continue;
      terms.push(penalty.loss);
      penaltyGradients.set(i, penalty.gradient);
    }

    const trainable = trained.weights.map((weight) => order.indexOf(weight));
    this.#optimizer = new Optimizer(
      graph,
      model.optimizer,
      trainable.map((i) => weights.shapes[i]),
    );
    trainable.forEach((i, place) => {
      const parts = [gradients.get(weights.values[i].name), penaltyGradients.get(i)];
      const total = graph.sum(parts.filter((part): part is Value => part !== undefined));
      updates.push(this.#optimizer.emitUpdate(graph, place, weights.handles[i], weights.values[i], total));
    });
    if (emaMomentum > 0) this.average = new MovingAverage(graph, weights, emaMomentum);
    this.#result = graph.after(graph.pack([graph.sum(terms), emitCorrect(graph, logits, labels)]), updates);
  }

  /** Takes one step on the images at `indices`; their variations and the dropout masks follow from `seed`. */
  run(session: Session, data: TrainingData, indices: Uint32Array, learningRate: number, seed: number): StepResult {
    const own: [Value, NativeTensor][] = [
      [this.#indices, new NativeTensor(new Int32Array(indices), [indices.length])],
      [this.#seed, new NativeTensor(Int32Array.of(seed), [])],
      this.#optimizer.nextStep(learningRate),
    ];
    if (this.#augmentation) own.push(this.#augmentation.feed(indices.length, seed));
    const inputs = new Map([[this.#images, data.images], [this.#labels, data.labels], ...own]);
    try {
      const [[loss, correct]] = session.run(inputs, [this.#result]);
      this.average?.update(session, this.#optimizer.step);
      return { loss, correct };
    } finally {
      for (const [, tensor] of own) tensor.dispose();
    }
  }

  /** A copy of what the next steps depend on beside what the model keeps: its weights, or their averages. */
  state(session: Session): OptimizerState {
    const { slots } = this.#optimizer;
    const [held, averaged] = Variables.read(session, this.average ? [slots, this.#weights] : [slots]);
    return { ...this.#optimizer.state(held), ...(this.average && { averaged }) };
  }

  /**
   * Goes on from `state`, or begins anew without one; returns what variables must be set to, where that is not what the model
   * has.
   *
   * @throws Error where the state is one of another optimizer or of other weights.
   */
  begin(state?: OptimizerState): Map<Variables, readonly Float32Array[]> {
    const values = new Map([[this.#optimizer.slots, this.#optimizer.begin(state)]]);
    if (!state) return values;
    if (Boolean(state.averaged) !== Boolean(this.average)) {
      throw new Error(
        `emaMomentum must be ${this.average ? '0' : 'above 0'}, as in the training to go on with; compile the model as it ` +
          `was compiled then.`,
      );
    }
    return state.averaged ? values.set(this.#weights, state.averaged) : values;
  }
}

/** The rows of a uint8 tensor at `indices`. */
function gather(graph: Graph, rows: Value, indices: Value): Value {
  const node = graph.add(
    'GatherV2',
    [rows, indices, graph.constant(0, 'int32')],
    [
      ['Tparams', 'type', 'uint8'],
      ['Tindices', 'type', 'int32'],
      ['Taxis', 'type', 'int32'],
    ],
  );
  return output(node, 0, 'uint8');
}
