import { createHash } from 'node:crypto';
import { makeTemporaryFolder } from '../storage/temporary-folder';
import * as tf from '../tensorflow';
import { type DataType, typeNumber } from '../tensorflow/native-op';
import type { Graph, Value } from './graph';
import { encodeSavedModel } from './saved-model';

type Numbers = Float32Array | Int32Array | Uint8Array;

/** The part of tfjs-node's addon that a session needs; its published types do not have it. */
interface Binding {
  createTensor(shape: readonly number[], dtype: number, data: Numbers): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Numbers;
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(id: number, inputs: readonly number[], names: string, outputs: string): { id: number }[];
}

function binding(): Binding {
  return (tf.backend() as unknown as { binding: Binding }).binding;
}

/** Numbers that TensorFlow reads where they lie, without a copy where their memory is aligned to 64 bytes. */
export class NativeTensor {
  readonly id: number;

  /** @param data Must not change while the tensor lives. */
  constructor(
    data: Numbers,
    readonly shape: readonly number[],
  ) {
    const dtype: DataType = data instanceof Float32Array ? 'float32' : data instanceof Int32Array ? 'int32' : 'uint8';
    this.id = binding().createTensor(shape, typeNumber(dtype), data);
  }

  dispose(): void {
    binding().deleteTensor(this.id);
  }
}

/** Loaded graphs that no session has now, by the digest of their nodes, the longest left first. */
const idle = new Map<string, number>();
/** Each has memory for its variables. */
const MOST_IDLE = 2;

/**
 * A graph that TensorFlow has loaded, with variables of its own, which have no values before they are written.
 *
 * TensorFlow optimizes what a set of outputs needs when they are asked for first, so that run takes longer. The folds of a
 * trial have the same graph, so one that was left is taken again, prepared as it is.
 */
export class Session {
  readonly #id: number;
  readonly #digest: string;
  #isOpen = true;

  /**
   * Loads the graph; the nodes that are added to it later are unknown to the session.
   *
   * @throws WriteError where the folder for temporary files does not take a file of some 50 kB.
   */
  constructor(graph: Graph) {
    this.#digest = createHash('sha256').update(JSON.stringify(graph.nodes)).digest('hex');
    this.#id = idle.get(this.#digest) ?? load(graph);
    idle.delete(this.#digest);
  }

  /** The numbers of `outputs`, copied out of TensorFlow. The inputs stay with the caller. */
  run(inputs: ReadonlyMap<Value, NativeTensor>, outputs: readonly Value[]): Numbers[] {
    const { runSavedModel, tensorDataSync, deleteTensor } = binding();
    const found = runSavedModel(
      this.#id,
      [...inputs.values()].map(({ id }) => id),
      [...inputs.keys()].map(({ name }) => name).join(),
      outputs.map(({ name }) => name).join(),
    );
    return found.map(({ id }) => {
      const numbers = tensorDataSync(id);
      deleteTensor(id);
      return numbers;
    });
  }

  /** Leaves the graph to the next session of the same one. Nothing may be run any more; again, it does nothing. */
  dispose(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (idle.has(this.#digest)) {
      binding().deleteSavedModel(this.#id);
      return;
    }
    idle.set(this.#digest, this.#id);
    if (idle.size > MOST_IDLE) {
      const [[oldest, id]] = idle;
      idle.delete(oldest);
      binding().deleteSavedModel(id);
    }
  }
}

function load(graph: Graph): number {
  // The addon takes a graph from a folder alone.
  const folder = makeTemporaryFolder('graph');
  try {
    folder.write('saved_model.pb', encodeSavedModel(graph));
    return binding().loadSavedModel(folder.path, 'serve');
  } finally {
    folder.remove();
  }
}
