import { describe, expect, it } from 'vitest';
import { buildReferenceCnn, buildReferenceMlp } from '../../src/models';
import { HyperParameters } from '../../src/tuner/space/hyperparameters';
import { dense } from './configurations';

const data = { classNames: ['a', 'b', 'c'] };

describe('reference models', () => {
  it('have the weights of their published layers', () => {
    const mlp = buildReferenceMlp(new HyperParameters(), data);
    expect(mlp.countParams()).toBe(dense(784, 512) + 4 * 512 + dense(512, 256) + dense(256, 3));
    const cnn = buildReferenceCnn(new HyperParameters(), data);
    const convolutions = 9 * 32 + 32 + 9 * 32 * 128 + 128 + 9 * 128 * 128 + 128;
    expect(cnn.countParams()).toBe(convolutions + dense(3 * 3 * 128, 512) + dense(512, 256) + dense(256, 3));
    mlp.dispose();
    cnn.dispose();
  });
});
