// A process that compiles 200 models, trains each for a step and disposes it, and prints its memory after each as JSON.
import { CompiledModel } from '../../../lib/compiler/compiled-model';
import { compileModel } from '../../../lib/recipe/compile';
import * as tf from '../../../lib/tensorflow';
import { Stack } from '../../../src/models/stack';
import { stripedImages } from '../training/striped-images';
import { nativeData } from './fixtures';

/** Of the whole process, after a model. */
export interface MemoryUse {
  readonly tensors: number;
  /** Resident set size without what V8 holds in reserve, in bytes: since Node 24 that may be 30 MB more at any moment. */
  readonly rss: number;
}

function main(): void {
  const data = stripedImages(32);
  const native = nativeData(data);
  const uses = Array.from({ length: 200 }, (_, i): MemoryUse => {
    const network =
      i % 2 === 0
        ? new Stack(i).input([784]).dense(128, 'relu', true).dropout(0.2)
        : new Stack(i).input([28, 28, 1]).convolution(6, 3, 'relu', true).maxPooling(3).flatten();
    const model = compileModel(network.output(4), { optimizer: { kind: 'adam', learningRate: 1e-3 } });
    const compiled = new CompiledModel(model, {});
    compiled.step(native, Uint32Array.from(data.labels.keys()), 1e-3, i);
    compiled.predict(data.images);
    compiled.store();
    compiled.state();
    compiled.dispose();
    model.dispose();
    if (i % 5 === 4) (globalThis as unknown as { gc(): void }).gc();
    const { rss, heapTotal, heapUsed } = process.memoryUsage();
    return { tensors: tf.memory().numTensors, rss: rss - (heapTotal - heapUsed) };
  });
  console.log(JSON.stringify(uses));
}

if (require.main === module) main();
