// A process that trains two models and prints their losses and a hash of their weights as JSON.
import { createHash } from 'node:crypto';
import { CompiledModel } from '../../../lib/compiler/compiled-model';
import { shuffledIndices } from '../../../lib/data/batches';
import { compileModel } from '../../../lib/recipe/compile';
import { Stack } from '../../../src/models/stack';
import { stripedImages } from '../training/striped-images';
import { nativeData, readWeights } from './fixtures';

const networks = {
  dense: () => new Stack(7).input([784]).dense(256, 'relu', true).dropout(0.3).dense(128, 'tanh').output(4),
  convolutional: () =>
    new Stack(7)
      .input([28, 28, 1])
      .convolution(16, 3, 'relu', true)
      .maxPooling(2)
      .convolution(32, 3, 'elu')
      .maxPooling(2)
      .flatten()
      .dropout(0.3)
      .dense(64, 'leakyRelu')
      .output(4),
};

function main(): void {
  const data = stripedImages(128);
  const native = nativeData(data);
  const found = Object.values(networks).map((build) => {
    const model = compileModel(build(), { optimizer: { kind: 'adam', learningRate: 1e-3 } });
    const compiled = new CompiledModel(model, {});
    const losses: number[] = [];
    for (let step = 0; step < 10; step++) {
      const indices = shuffledIndices(data.size, 0, step).subarray(0, 100);
      losses.push(compiled.step(native, indices, 1e-3, step).loss);
    }
    compiled.store();
    const hash = createHash('sha256');
    for (const weight of readWeights(model)) hash.update(weight);
    return { losses, weights: hash.digest('hex') };
  });
  console.log(JSON.stringify(found));
}

if (require.main === module) main();
