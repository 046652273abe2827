import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cell, outputsOf, readNotebook, writeNotebook } from '../../../scripts/notebook/notebook-file';
import { type RunEvent, runNotebook } from '../../../scripts/notebook/run-notebook';
import { writeReport } from '../../../scripts/notebook/write-report';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inkwell-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const FIGURE = `const figure = { data: [{ y: [1, 2] }], layout: { title: { text: '</script><b>' } } };`;
const IMPORTS = `import { recordResults, show } from './src';
import { trainingProgress } from './lib/training/progress';`;

/** Runs cells (text that begins with # is Markdown) and gives the outcome, the events and the executed notebook. */
async function run(
  name: string,
  sources: readonly string[],
  onEvent: (event: RunEvent, running: ReturnType<typeof runNotebook>) => void = () => {},
) {
  const cells = sources.map((source, i): Cell => {
    const both = { id: `cell-${i}`, metadata: {}, source };
    return source.startsWith('#')
      ? { ...both, cell_type: 'markdown' }
      : { ...both, cell_type: 'code', outputs: [], execution_count: null };
  });
  const source = join(folder, `${name}-source.ipynb`);
  const target = join(folder, `${name}.ipynb`);
  writeNotebook(source, {
    cells,
    metadata: { kernelspec: { name: 'inkwell', display_name: 'TypeScript' } },
    nbformat: 4,
    nbformat_minor: 5,
  });
  const events: RunEvent[] = [];
  const running = runNotebook(source, target, (event) => {
    events.push(event);
    onEvent(event, running);
  });
  const outcome = await running.outcome;
  const executed = readNotebook(target);
  const status = (executed.metadata.inkwell as { status: string }).status;
  expect(status).toBe(outcome.status);
  return { outcome, events, executed, target };
}

async function report(notebook: string): Promise<string> {
  const target = notebook.replace(/\.ipynb$/, '');
  const named = { name: 'report', notebook: readNotebook(notebook) };
  const written = await writeReport([named], target, { formats: ['html'], titlePage: {} });
  expect(written).toEqual([`${target}.html`]);
  return readFileSync(`${target}.html`, 'utf8');
}

describe('runNotebook', () => {
  it('runs every cell, tells its progress, and the report holds all of it', async () => {
    const { outcome, events, executed, target } = await run('done', [
      '# Title & <more>',
      IMPORTS,
      `${FIGURE}\nawait show(figure);`,
      `const history = { epochs: [], seconds: 1, trainSize: 9, validationSize: 0, batchSize: 3, seed: 0 };
const task = trainingProgress.start(() => ({ title: 'Training', epochs: 2, history }));
await task.end('done');`,
      'recordResults({ dataset: "mnist", models: [] });',
    ]);
    expect(outcome.status).toBe('done');
    expect(outcome.error).toBeUndefined();
    expect(outcome.seconds).toBeGreaterThan(0);
    if (process.platform === 'linux') expect(outcome.memory).toBeGreaterThan(50e6);
    expect(events.filter(({ event }) => event === 'cell')).toEqual(
      [1, 2, 3, 4].map((number) => ({ event: 'cell', index: number, number, of: 4 })),
    );
    expect(events.filter(({ event }) => event === 'progress')).toEqual([
      { event: 'progress', line: expect.stringContaining('0 %'), ended: [] },
      { event: 'progress', line: 'Training: 0 of 2 epochs in 1.0 s', ended: ['Training: 0 of 2 epochs in 1.0 s'] },
    ]);
    expect(executed.cells.map(({ execution_count }) => execution_count)).toEqual([undefined, 1, 2, 3, 4]);
    expect(outputsOf(executed, 'application/vnd.inkwell.results+json')).toEqual([{ dataset: 'mnist', models: [] }]);

    const page = await report(target);
    expect(page).toContain('<title>Title &amp; &lt;more&gt;</title>');
    expect(page.match(/class="plot"/g)).toHaveLength(1);
    expect(page).toContain('plotly.js v');
    // A figure's own text must not end the element that carries it.
    expect(page.match(/<script/g)?.length).toBe(page.match(/<\/script>/g)?.length);
    expect(page).not.toMatch(/<(script|link|img)[^>]+(src|href)="(https?:)?\/\//);
    expect(page).not.toContain('role="alert"');
  });

  it('stops at a cell that fails, and says so in the report', async () => {
    const { outcome, executed, target } = await run('failed', [
      'const a = 1;',
      '## Where it fails',
      'console.log(a);\nthrow new RangeError("<a> is " + a);',
      'console.log("after");',
    ]);
    expect(outcome).toMatchObject({ status: 'failed', error: { index: 2, number: 2 } });
    expect(outcome.error?.text).toContain('RangeError: <a> is 1');
    expect(executed.cells[3]?.outputs).toEqual([]);
    const page = await report(target);
    expect(page).toMatch(/role="alert">[\s\S]*The run failed[\s\S]*1 of 3 code cells did not run/);
    expect(page).toContain('&lt;a&gt; is 1');
    // No figure, no plotly.js.
    expect(page.length).toBeLessThan(100_000);
  });

  it('keeps all that is printed, and fails for an error that nothing waits for', async () => {
    const { outcome, executed } = await run('strays', [
      `const { display } = require('tslab');
for (let i = 0; i < 10_000; i++) console.log('image ' + i);
display.text('the result');`,
      'console.log("before");\nsetTimeout(() => { throw new Error("afterwards"); }, 1);',
    ]);
    const [lines, result] = (executed.cells[0]?.outputs ?? []) as { text?: string[]; data?: object }[];
    expect(lines?.text?.join('')).toBe(Array.from({ length: 10_000 }, (_, i) => `image ${i}\n`).join(''));
    expect(result?.data).toEqual({ 'text/plain': ['the result'] });
    expect(outcome).toMatchObject({ status: 'failed', error: { index: 1, number: 2 } });
    expect(outcome.error?.text).toContain('Error: afterwards');
    expect(executed.cells[1]?.outputs?.map(({ output_type }) => output_type)).toEqual(['stream', 'error']);
  });

  it('says that the kernel died', async () => {
    const { outcome } = await run('died', ['process.kill(process.pid, "SIGKILL");\nawait new Promise(() => {});']);
    expect(outcome).toMatchObject({ status: 'failed', error: { index: 0, text: expect.stringContaining('kernel died') } });
  });

  it('stops when asked, and keeps what there is', async () => {
    const { outcome, executed, target } = await run(
      'interrupted',
      ['console.log("before");', 'await new Promise((done) => setTimeout(done, 60_000));', 'console.log("after");'],
      (event, running) => {
        if (event.event === 'cell' && event.number === 2) setTimeout(() => running.stop(), 200);
      },
    );
    expect(outcome.status).toBe('interrupted');
    expect(outcome.error).toBeUndefined();
    expect(outcome.seconds).toBeLessThan(30);
    expect(executed.cells[0]?.outputs).toHaveLength(1);
    expect(executed.cells[2]?.outputs).toEqual([]);
    expect(await report(target)).toMatch(/role="alert">[\s\S]*The run was interrupted[\s\S]*1 of 3/);
  });
});
