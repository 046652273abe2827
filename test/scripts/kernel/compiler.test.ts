import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kernel } from './jupyter-client';

let kernel: Kernel;
beforeAll(async () => {
  kernel = await Kernel.start({ cwd: '/' });
});
afterAll(() => kernel.kill());

describe('cells', () => {
  it('check types', async () => {
    const { status, error } = await kernel.execute('const ok = 1;\nconst word: string = null;');
    expect(status).toBe('error');
    expect(error?.traceback).toEqual(["cell [1] 2:7 - Type 'null' is not assignable to type 'string'."]);
  });

  it('explain a wrong type to its end', async () => {
    const { error } = await kernel.execute('const pair: { a: { b: string } } = { a: { b: "" } };\npair = 5;');
    expect(error?.ename).toBe('CompileError');
    const { error: nested } = await kernel.execute('const from = { a: { b: 1 } };\nconst to: { a: { b: string } } = from;');
    expect(nested?.evalue).toMatch(/^cell \[\d+\] 2:7 - Type .*\n.*'a\.b'.*\n.*'number' is not assignable/);
  });

  it('know the library of ES2023', async () => {
    expect((await kernel.execute('[1, 2, 3].findLast((x) => x < 3)')).stdout).toBe('2\n');
  });

  it('may await at the top level, and loop over async iterators', async () => {
    const { stdout, error } = await kernel.execute(`
      async function* count() {
        for (let i = 0; i < 3; i++) yield await Promise.resolve(i);
      }
      const five = await Promise.resolve(5);
      console.log(five);
      for await (const i of count()) console.log('async', i);`);
    expect(error).toBeUndefined();
    expect(stdout).toBe('5\nasync 0\nasync 1\nasync 2\n');
    const loopAlone = await kernel.execute('for await (const i of [Promise.resolve(7), 8]) console.log(i);');
    expect(loopAlone.stdout).toBe('7\n8\n');
  });

  it('leave a loop over an async iterator with its clean-up done', async () => {
    const { stdout } = await kernel.execute(`
      async function* endless() {
        try {
          for (;;) yield 1;
        } finally {
          console.log('closed');
        }
      }
      for await (const i of endless()) break;`);
    expect(stdout).toBe('closed\n');
  });

  it('use what earlier cells declared, in short properties too', async () => {
    await kernel.execute('let seed = 3;\nconst options = { depth: 1 };');
    const { stdout } = await kernel.execute(
      'seed += 1;\nconst local = 2;\nconsole.log(JSON.stringify({ seed, options, local }));\n({ seed } = { seed: 9 });',
    );
    expect(stdout.split('\n')[0]).toBe('{"seed":4,"options":{"depth":1},"local":2}');
    expect((await kernel.execute('seed')).stdout).toBe('9\n');
  });

  it('await a thenable once', async () => {
    const { stdout } = await kernel.execute(`
      let calls = 0;
      const lazy = { then(done: (value: number) => void) { calls++; done(3); } };
      console.log(await lazy, calls);`);
    expect(stdout).toBe('3 1\n');
  });

  it('are completed and inspected', async () => {
    await kernel.execute('const settings = { learningRate: 0.1, epochs: 3 };');
    const code = 'settings.learn';
    const completion = await kernel.request('complete_request', { code, cursor_pos: code.length });
    expect(completion.content.matches).toEqual(['learningRate']);
    const inspection = await kernel.request('inspect_request', { code: 'settings', cursor_pos: 3 });
    expect(inspection.content.data['text/plain']).toContain('learningRate: number');
  });

  it('import the libraries of the notebooks, without a word from them', async () => {
    const { stdout, stderr, error } = await kernel.execute(`
      import * as tf from '@tensorflow/tfjs-node';
      import * as dfd from 'danfojs-node';
      import * as aq from 'arquero';
      const rows = aq.from(dfd.toJSON(new dfd.DataFrame({ x: [1, 2, 4] })) as object[]);
      console.log(tf.tensor([1, 2]).sum().dataSync()[0], rows.rollup({ sum: aq.op.sum('x') }).objects());`);
    expect(error).toBeUndefined();
    expect(stdout).toBe('3 [ { sum: 7 } ]\n');
    expect(stderr).toBe('');
  });
});
