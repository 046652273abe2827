import { afterAll, beforeAll, expect, it } from 'vitest';
import { Kernel } from './scripts/kernel/jupyter-client';

// The shortest way through all that depends on the machine and its Node: TensorFlow's addon, messages of Jupyter, the compiled
// training step, libraries of the notebooks. `npm run test:nodes` runs it on other releases of Node, `npm run test:arm` on ARM64.

let kernel: Kernel;
beforeAll(async () => {
  kernel = await Kernel.start();
}, 600_000);
afterAll(() => kernel.kill());

it('trains an MLP and a CNN for an epoch in the kernel, without a word of Node', async () => {
  const { stdout, stderr, error } = await kernel.execute(`
    import * as dfd from 'danfojs-node';
    import * as aq from 'arquero';
    import { buildCnn, buildMlp, evaluate, fit, HyperParameters, loadDataset, takeSubset } from './src';
    import * as tf from './lib/tensorflow';
    const { train, test } = await loadDataset('mnist');
    const some = takeSubset(train, 600, 0);
    for (const build of [buildMlp, buildCnn]) {
      const model = build(new HyperParameters(), some);
      await fit(model, some, { epochs: 1, batchSize: 100, seed: 0 });
      const { accuracy } = await evaluate(model, takeSubset(test, 200, 0));
      console.log(accuracy > 0.05, tf.topk(tf.tensor1d([3, 1, 2]), 2).values.dataSync());
    }
    console.log(aq.from(dfd.toJSON(new dfd.DataFrame({ x: [1, 2] })) as object[]).numRows());`);
  expect(error).toBeUndefined();
  expect(stdout).toBe(`${'true Float32Array(2) [ 3, 2 ]\n'.repeat(2)}2\n`);
  expect(stderr).toBe('');
  // TensorFlow may log there, which nobody sees; Node's warnings would show in the terminal.
  expect(kernel.ownStderr).not.toMatch(/Warning: |DEP\d+/);
}, 600_000);
