import { PIXELS } from '../data/dataset';
import { weightsOf } from '../recipe/trainable';
import * as tf from '../tensorflow';
import type { OptimizerState } from '../tensorflow/optimizer-state';
import { emitImages, emitModel } from './forward';
import { Graph, type Value } from './graph';
import { NativeTensor, Session } from './session';
import { Tape } from './tape';
import { type StepResult, type TrainingData, TrainingGraph, type TrainingOptions } from './training-graph';
import { Variables } from './variables';

export interface CompiledTrainingOptions extends TrainingOptions {
  /** What `state()` gave earlier, to go on from there; a fresh start without it. */
  readonly state?: OptimizerState;
}

/**
 * A model as one TensorFlow graph, in which its weights live: a step of training, or a batch of predictions, is one native
 * call. The `tf.layers` model and the graph know nothing of each other's changes: `load` and `store` carry the weights.
 *
 * Whoever makes it disposes it; the model stays.
 */
export class CompiledModel {
  readonly #model: tf.LayersModel;
  readonly #weights: Variables;
  /** What the model gets and predictions are made with: the weights, or their moving averages. */
  readonly #kept: Variables;
  /** The model's weights as they were when it last gave or got them. */
  #shared: readonly Float32Array[];
  readonly #pixels: Value;
  readonly #probabilities: Value;
  readonly #training?: TrainingGraph;
  readonly #session: Session;

  /**
   * @param training For steps of training, not for predictions alone.
   * @throws NotCompilableError for a model with something that the compiler does not know; Error for an optimizer that cannot
   *   be used, and for a state of another optimizer or other weights.
   */
  constructor(model: tf.LayersModel, training?: CompiledTrainingOptions) {
    this.#model = model;
    const graph = new Graph();
    const weights = new Variables(
      graph,
      'weight',
      weightsOf(model).map(({ shape }) => shape as number[]),
    );
    this.#weights = weights;
    if (training) this.#training = new TrainingGraph(graph, model, weights, training);
    this.#kept = this.#training?.average?.variables ?? weights;
    this.#pixels = graph.placeholder('uint8', [null, PIXELS]);
    this.#probabilities = emitModel(model, emitImages(graph, model, this.#pixels), {
      tape: new Tape(graph),
      weight: (weight) => this.#kept.values[weightsOf(model).indexOf(weight)],
    });
    this.#session = new Session(graph);
    try {
      this.#shared = this.#modelWeights();
      Variables.write(this.#session, new Map([...this.#shares(), ...(this.#training?.begin(training?.state) ?? [])]));
    } catch (error) {
      this.#session.dispose();
      throw error;
    }
  }

  /** Takes the weights that the model has, unless they are those that it was given last. */
  load(): void {
    const weights = this.#modelWeights();
    if (weights.every((numbers, i) => areEqual(numbers, this.#shared[i]))) return;
    this.#shared = weights;
    Variables.write(this.#session, this.#shares());
  }

  /** Gives the model the weights of the graph, or their moving averages where it has them. */
  store(): void {
    [this.#shared] = Variables.read(this.#session, [this.#kept]);
    this.#shared.forEach((numbers, i) => {
      const value = tf.tensor(numbers, this.#weights.shapes[i] as number[]);
      // Not by `write`, which would apply the layer's constraints.
      (weightsOf(this.#model)[i].read() as tf.Variable).assign(value);
      value.dispose();
    });
  }

  /** Takes one step of training on the images at `indices`; their variations and the dropout masks follow from `seed`. */
  step(data: TrainingData, indices: Uint32Array, learningRate: number, seed: number): StepResult {
    return this.#forTraining().run(this.#session, data, indices, learningRate, seed);
  }

  /** A copy of what the next steps depend on beside the weights. */
  state(): OptimizerState {
    return this.#forTraining().state(this.#session);
  }

  /** Probabilities, `[n, classes]`, of images, uint8 `[n, 784]`. */
  predict(images: Uint8Array): Float32Array {
    const tensor = new NativeTensor(images, [images.length / PIXELS, PIXELS]);
    try {
      const [probabilities] = this.#session.run(new Map([[this.#pixels, tensor]]), [this.#probabilities]);
      return probabilities as Float32Array;
    } finally {
      tensor.dispose();
    }
  }

  dispose(): void {
    this.#session.dispose();
  }

  #modelWeights(): Float32Array[] {
    return weightsOf(this.#model).map((weight) => weight.read().dataSync<'float32'>());
  }

  /** The variables that hold what the model has. */
  #shares(): Map<Variables, readonly Float32Array[]> {
    return new Map([this.#weights, this.#kept].map((variables) => [variables, this.#shared]));
  }

  #forTraining(): TrainingGraph {
    if (!this.#training) throw new Error('The model must be compiled for training, but is for predictions alone.');
    return this.#training;
  }
}

/** Whether the numbers are the same, bit for bit. */
function areEqual(a: Float32Array, b: Float32Array): boolean {
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array) => Buffer.from(buffer, byteOffset, byteLength);
  return bytes(a).equals(bytes(b));
}
