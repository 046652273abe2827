import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { show } from '../../../lib/notebook/show';
import { Kernel } from '../../scripts/kernel/jupyter-client';

describe('show outside a kernel', () => {
  it('prints the text', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    await show({ data: [], layout: { title: { text: 'Loss <b>now</b>' } } });
    await show({ columns: ['a'], index: [0], values: [[1]] });
    await show({ html: '<i>pad</i>', text: 'pad' });
    expect(log.mock.calls).toEqual([['[Figure: Loss now]'], ['a\n1'], ['pad']]);
    log.mockRestore();
  });

  it.each([
    [Promise.resolve(1), /a promise: put `await` before it/],
    [3, /number 3/],
    [new Map(), /an object of Map/],
    [undefined, /undefined/],
  ])('refuses %s', async (value, message) => {
    await expect(show(value as never)).rejects.toThrow(message);
  });
});

describe('show in a kernel', () => {
  let kernel: Kernel;
  beforeAll(async () => {
    kernel = await Kernel.start();
    const { error } = await kernel.execute(
      "import { markdown, recordResults, show } from './src';\nimport { trainingProgress } from './lib/training/progress';",
    );
    expect(error).toBeUndefined();
  }, 120_000);
  afterAll(() => kernel?.kill());

  it('sends a figure as one message in three forms', async () => {
    const { displays, error } = await kernel.execute(
      "await show({ data: [{ type: 'bar', y: new Float32Array([1, NaN, 3]) }], layout: { title: { text: 'Bars' }, height: " +
        '300 } });',
    );
    expect(error).toBeUndefined();
    expect(displays).toHaveLength(1);
    const { data, metadata } = displays[0] as { data: Record<string, never>; metadata: unknown };
    expect(data['application/vnd.plotly.v1+json']).toEqual({
      data: [{ type: 'bar', y: [1, null, 3] }],
      layout: { title: { text: 'Bars' }, height: 300 },
      config: { displaylogo: false, responsive: false, showSendToCloud: false },
    });
    expect(data['text/plain']).toBe('[Figure: Bars]');
    const png = Buffer.from(data['image/png'], 'base64');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([900, 300]);
    expect(metadata).toEqual({ 'image/png': { width: 900, height: 300 } });
  });

  it('sends a danfo.js frame as HTML and text', async () => {
    const { displays, error } = await kernel.execute(
      "import * as dfd from 'danfojs-node';\nawait show(new dfd.DataFrame({ model: ['MLP', '<b>'], accuracy: [0.9, 0.95] }), " +
        "{ highest: 'accuracy' });",
    );
    expect(error).toBeUndefined();
    expect(displays).toHaveLength(1);
    expect(displays[0]?.data['text/plain']).toBe('model  accuracy\nMLP        0.90\n<b>        0.95  ★');
    expect(displays[0]?.data['text/html']).toContain('★ &lt;b&gt;');
  });

  it('sends Markdown', async () => {
    const { displays } = await kernel.execute("await show(markdown('**best**'));");
    expect(displays.map(({ data }) => data)).toEqual([{ 'text/markdown': '**best**', 'text/plain': '**best**' }]);
  });

  it('sends progress as one output that becomes a figure with its picture', async () => {
    const { displays, messages, error } = await kernel.execute(`
const epoch = { epoch: 1, loss: 0.5, accuracy: 0.75, learningRate: 0.001, seconds: 2 };
const history = { epochs: [epoch], seconds: 2, trainSize: 9, validationSize: 0, batchSize: 3, seed: 0 };
const task = trainingProgress.start(() => ({ title: 'Training', epochs: 1, history }));
await task.end('done');`);
    expect(error).toBeUndefined();
    const line = 'Training: 1 epoch in 2.0 s, training accuracy 75.0 %';
    expect(displays.map(({ data }) => Object.keys(data))).toEqual([
      ['text/html', 'text/plain'],
      ['application/vnd.plotly.v1+json', 'image/png', 'text/plain'],
    ]);
    expect(displays[1].data['text/plain']).toBe(`[Figure: ${line}]`);
    expect(displays[1].transient).toMatchObject({ inkwell: { line } });
    expect(new Set(displays.map(({ transient }) => transient.display_id)).size).toBe(1);
    expect(messages.map(({ type }) => type).filter((type) => type.endsWith('display_data'))).toEqual([
      'display_data',
      'update_display_data',
    ]);
  });

  it('sends results for programs and for readers', async () => {
    const results = {
      dataset: 'mnist',
      models: [{ name: 'MLP', testAccuracy: 0.98, testLoss: 0.1, hyperparameters: { units: 32 }, seconds: 9.6 }],
    };
    const { displays } = await kernel.execute(`recordResults(${JSON.stringify(results)});`);
    expect(displays[0]?.data['application/vnd.inkwell.results+json']).toEqual(results);
    expect(displays[0]?.data['text/plain'].split('\n').map((line: string) => line.split(/ +/))).toEqual([
      ['mnist', 'test', 'accuracy', 'test', 'loss', 'seconds'],
      ['MLP', '0.98', '0.1', '10'],
    ]);
    const percent = JSON.stringify({ ...results, models: [{ ...results.models[0], testAccuracy: 98 }] });
    const { error } = await kernel.execute(`recordResults(${percent});`);
    expect(error?.evalue).toMatch(/testAccuracy of "MLP" must be a share from 0 to 1, but got 98/);
  });
});
