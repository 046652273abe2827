// A process that searches 100 trials and prints its memory after some of them as JSON:
// `node --expose-gc --require tsx/cjs memory-process.ts '{"network": "dense", "directory": ...}'`.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { compileModel } from '../../../../lib/recipe/compile';
import type { ModelBuilder } from '../../../../lib/search/model-builder';
import { medianPruner } from '../../../../lib/search/pruners/median';
import { RandomSearch } from '../../../../lib/search/searches';
import * as tf from '../../../../lib/tensorflow';
import { EarlyStopping } from '../../../../lib/training/early-stopping';
import { Stack } from '../../../../src/models/stack';
import { stripedImages } from '../../training/striped-images';

export interface MemoryPlan {
  readonly network: keyof typeof builders;
  readonly directory: string;
}

/** Of the whole process, after a trial. */
export interface MemoryUse {
  readonly trial: number;
  readonly tensors: number;
  /** In tensors. */
  readonly bytes: number;
  /** Resident set size without what V8 holds in reserve, in bytes: since Node 24 that may be 30 MB more at any moment. */
  readonly rss: number;
}

// Few shapes: oneDNN compiles a kernel for each shape that it multiplies and keeps up to a thousand, which is no leak, but
// looks like one until every shape was met.
const builders = {
  dense: (hp, { classNames, seed }) => {
    const stack = new Stack(seed, { l1: 0, l2: 1e-4 }).input([784]);
    stack.dense(hp.choice('units', [96, 128]), hp.choice('activation', ['relu', 'tanh']), true);
    stack.dropout(hp.choice('dropout', [0, 0.25]));
    return compile(stack.output(classNames.length), hp.choice('optimizer', ['adam', 'rmsprop']), hp);
  },
  convolutional: (hp, { classNames, seed }) => {
    const stack = new Stack(seed).input([28, 28, 1]);
    stack
      .convolution(hp.choice('filters', [6, 8]), 3, 'relu', true)
      .maxPooling(3)
      .flatten();
    return compile(stack.dense(128, 'relu').output(classNames.length), 'adam', hp);
  },
} satisfies Record<string, ModelBuilder>;

function compile(model: tf.LayersModel, kind: 'adam' | 'rmsprop', hp: Parameters<ModelBuilder>[0]): tf.LayersModel {
  const learningRate = hp.float('learningRate', { min: 1e-4, max: 1e-2, sampling: 'log' });
  return compileModel(model, { optimizer: { kind, learningRate }, schedule: { kind: 'cosineAnnealing' } });
}

async function main({ network, directory }: MemoryPlan): Promise<void> {
  const uses: MemoryUse[] = [];
  const search = new RandomSearch(builders[network], { maxTrials: 100, directory, pruners: [medianPruner()] });
  await search.run(stripedImages(40), {
    epochs: 2,
    batchSize: 16,
    callbacks: () => [new EarlyStopping({ patience: 1 })],
    async onTrialEnd({ id }) {
      if (id % 20 !== 0 && id % 20 <= 15) return;
      // What the first collection finds may be freed in the next turn.
      for (let turn = 0; turn < 2; turn++) {
        (globalThis as unknown as { gc(): void }).gc();
        await nextTurn();
      }
      const { numTensors: tensors, numBytes: bytes } = tf.memory();
      const { rss, heapTotal, heapUsed } = process.memoryUsage();
      uses.push({ trial: id, tensors, bytes, rss: rss - (heapTotal - heapUsed) });
    },
  });
  console.log(JSON.stringify(uses));
}

if (require.main === module) void main(JSON.parse(process.argv[2]));
