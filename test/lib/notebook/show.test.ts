import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { show } from '../../../lib/notebook/show';
import { Kernel } from '../../scripts/kernel/jupyter-client';

describe('show outside a kernel', () => {
  it('prints the text', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    await show({ data: [], layout: { title: { text: 'Loss <b>now</b>' } } });
    await show({ data: [], layout: { title: 'Of old' } });
    await show({ columns: ['a'], index: [0], values: [[1]] });
    await show({ html: '<i>pad</i>', text: 'pad' });
    expect(log.mock.calls).toEqual([['[Figure: Loss now]'], ['[Figure: Of old]'], ['a\n1'], ['pad']]);
    log.mockRestore();
  });

  it.each([
    ['text', 'a <b>line</b>', 'a <b>line</b>'],
    ['a number', 3, '3'],
    ['null', null, 'null'],
    [
      'a list of objects',
      [
        { a: 1, b: 'x' },
        { a: 3, c: 4 },
      ],
      'a  b  c\n1  x  –\n3  –  4',
    ],
    ['a list of numbers', [1, 2], '[ 1, 2 ]'],
    ['any other object', new Map([['a', 1]]), "Map(1) { 'a' => 1 }"],
    ['a figure without layout', { data: [{ type: 'bar', y: [1n] }] }, '[Figure]'],
    ['an object with data that is no figure', { data: [1] }, '{ data: [ 1 ] }'],
  ])('prints %s', async (_what, value, text) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    await show(value);
    expect(log.mock.calls).toEqual([[text]]);
    log.mockRestore();
  });

  it.each([
    [Promise.resolve(1), /a promise: put `await` before it/],
    [undefined, /got undefined/],
  ])('refuses %s', async (value, message) => {
    await expect(show(value)).rejects.toThrow(message);
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
  });
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

  describe('what stands last in a cell', () => {
    const last = async (code: string) => {
      const { displays, stdout, error } = await kernel.execute(code);
      expect(error).toBeUndefined();
      return { displays, stdout };
    };

    it('is a table where it is one', async () => {
      const { displays, stdout } = await last("import * as dfd from 'danfojs-node';\nnew dfd.DataFrame({ a: [1, 2] })");
      expect(stdout).toBe('');
      expect(displays.map(({ data }) => data['text/plain'])).toEqual(['a\n1\n2']);
      expect(displays[0].data['text/html']).toContain('<table');
      const arquero = await last("import * as aq from 'arquero';\naq.table({ b: [3] })");
      expect(arquero.displays.map(({ data }) => data['text/plain'])).toEqual(['b\n3']);
    });

    it('is a figure where it is one', async () => {
      const { displays } = await last("({ data: [{ type: 'bar', y: [1, 2] }] })");
      expect(Object.keys(displays[0].data)).toEqual(['application/vnd.plotly.v1+json', 'image/png', 'text/plain']);
    });

    it('is a few lines of a tensor, a data set, a training or a model', async () => {
      const { displays } = await last("import * as tf from './lib/tensorflow';\ntf.range(0, 6).reshape([2, 3])");
      expect(displays[0].data['text/plain']).toBe(
        'Tensor [2, 3] float32, from 0 to 5, mean 2.5\n    [[0, 1, 2],\n     [3, 4, 5]]',
      );
      const [images, history] = await Promise.all([
        last(`import { loadDataset, takeSubset } from './src';
          const { train } = await loadDataset('mnist');
          const small = takeSubset(train, 60, 0);
          small`),
        last(`import { compileModel, fit, Stack } from './src';
          const optimizer = { kind: 'adam' as const, learningRate: 0.01 };
          const model = compileModel(new Stack(0).input([784]).output(10), { optimizer });
          await fit(model, small, { epochs: 1, title: null })`),
      ]);
      expect(images.displays[0].data['text/plain']).toMatch(/^mnist: 60 images of 28 × 28 pixels\n10 classes: 0, 1, 2/);
      expect(history.displays[0].data['text/plain']).toMatch(/^1 epoch in [\d.]+ s on 60 images\n.*\nepoch 1: training loss/);
      const { displays: summary } = await last('model');
      expect(summary[0].data['text/plain']).toMatch(/^layer .*\ninput .*\ndense .*\ntotal +7850$/s);
    });

    it('is printed as it is where it is anything else', async () => {
      expect((await last('[1, 2]')).stdout).toBe('[ 1, 2 ]\n');
      expect((await last("({ get data() { throw new Error('no'); } })")).stdout).toBe('{ data: [Getter] }\n');
    });
  });

  it('says what to do instead of df.plot()', async () => {
    const { error } = await kernel.execute(
      "import * as dfd from 'danfojs-node';\nnew dfd.DataFrame({ a: [1] }).plot('x').line();",
    );
    expect(error?.evalue).toMatch(/show a figure instead, such as await show/);
  });
});
