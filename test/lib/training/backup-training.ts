import { compileModel } from '../../../lib/recipe/compile';
import type * as tf from '../../../lib/tensorflow';
import { Stack } from '../../../src/models/stack';
import { stripedImages } from './striped-images';

// The training of backup.test.ts and backup-process.ts.

export const train = stripedImages(120);
export const options = { epochs: 5, batchSize: 16, seed: 3, validationSplit: 0.2, title: null } as const;

export function build({ seed = 0, dropout = 0.2, learningRate = 0.003 } = {}): tf.LayersModel {
  const model = new Stack(seed).input([784]).dense(12, 'relu', true).dropout(dropout).output(4);
  return compileModel(model, {
    optimizer: { kind: 'adam', learningRate },
    schedule: { kind: 'cosineAnnealing' },
    emaMomentum: 0.9,
  });
}
