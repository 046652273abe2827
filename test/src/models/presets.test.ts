import { describe, expect, it } from 'vitest';
import { compileConfigOf } from '../../../lib/recipe/compile';
import { bestCnn, PRESETS, type Preset, seedCnn, seedMlp } from '../../../src/models/presets';
import { dense } from './configurations';

const data = { classNames: ['a', 'b', 'c'] };

function countWeights(preset: Preset): number {
  const model = preset.build(data);
  const count = model.countParams();
  model.dispose();
  return count;
}

describe('presets', () => {
  it('have the weights of their published layers', () => {
    expect(countWeights(seedMlp)).toBe(dense(784, 512) + 4 * 512 + dense(512, 256) + dense(256, 3));
    const convolutions = 9 * 32 + 32 + 9 * 32 * 128 + 128 + 9 * 128 * 128 + 128;
    expect(countWeights(seedCnn)).toBe(convolutions + dense(3 * 3 * 128, 512) + dense(512, 256) + dense(256, 3));
  });

  it.each(PRESETS.map((preset) => [preset.name, preset] as const))(
    '%s takes images and draws its weights from the seed',
    (name, preset) => {
      const [first, same, other] = [1, 1, 2].map((seed) => preset.build({ ...data, seed }));
      const weights = [first, same, other].map((model) => model.getWeights()[0].dataSync().join());
      expect(weights[0]).toBe(weights[1]);
      expect(weights[0]).not.toBe(weights[2]);
      expect(first.inputs[0].shape.slice(1)).toEqual(/mlp/i.test(name) ? [784] : [28, 28, 1]);
      expect(first.outputs[0].shape).toEqual([null, 3]);
      for (const model of [first, same, other]) model.dispose();
    },
  );

  it('vary images and average weights where they are to be the best', () => {
    const model = bestCnn.build(data);
    expect(compileConfigOf(model)).toMatchObject({ augmentation: { rotation: 10 }, emaMomentum: 0.999 });
    model.dispose();
  });
});
