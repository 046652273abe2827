import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePng } from '../../../lib/base/png';
import type { Cell, Output } from '../../../scripts/notebook/notebook-file';
import { jupyterEnv, ROOT, venvProgram } from '../../../scripts/notebook/python';
import { writeReport } from '../../../scripts/notebook/write-report';

const text = (source: string, more: Partial<Cell> = {}): Cell => ({ cell_type: 'markdown', metadata: {}, source, ...more });
const output = (data: Record<string, unknown>): Output => ({ output_type: 'display_data', data });
const code = (outputs: unknown[], metadata = {}): Cell => ({
  cell_type: 'code',
  metadata,
  source: 'work();',
  outputs: outputs as Output[],
  execution_count: 1,
});
const stream = (printed: string) => ({ output_type: 'stream', name: 'stdout', text: printed });

const PICTURE = encodePng(new Uint8Array([255]), 1).toString('base64');
const BAD = { output_type: 'error', traceback: 5 };

/** Pieces of a report by what they hold. */
let html: string;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'inkwell-export-'));
  mkdirSync(join(folder, 'img'));
  writeFileSync(join(folder, 'img', 'my net.png'), Buffer.from(PICTURE, 'base64'));
  writeFileSync(join(folder, 'notes.txt'), 'my notes');
  const cells: Cell[] = [
    text('# Formulas $\\alpha_1$\n\nA loss $L = -\\sum_k y_k$ costs $5 and not $6.\n\n$$x_1 * x_2 * x_3$$'),
    text('![net.png](attachment:net.png) ![gone](attachment:gone.png)', { attachments: { 'net.png': { 'image/png': PICTURE } } }),
    text('![beside](img/my%20net.png) <img src="img/my net.png"> ![missing](img/no.png) ![far](https://example.org/a.png)'),
    text('[notes](notes.txt), [lost](lost.csv), [outside](../../../../../../etc/passwd), [site](https://example.org)'),
    text('```mermaid\ngraph LR\n  A[Input] --> B\n```'),
    text('<script>evil()</script><style>p { color: red }</style><b onclick="evil()">bold</b>\n\n[bad](javascript:evil)'),
    text('## Two words\n\nSee [it](#Two-words).'),
    { cell_type: 'raw', metadata: {}, source: 'raw <text>' },
    { cell_type: 'raw', metadata: { raw_mimetype: 'text/html' }, source: '<i>raw html</i>' },
    { cell_type: 'raw', metadata: { raw_mimetype: 'text/latex' }, source: 'raw latex' },
    code([stream('REMOVED')], { tags: ['remove-cell'] }),
    code([stream('epoch 1\repoch 2\nabc\b\bX\n')]),
    code([output({ 'text/latex': '$\\frac{a}{b}$ and *no* emphasis' }), output({ 'text/markdown': 'from code $e^x$' })]),
    code([output({ 'application/vnd.widget+json': {}, 'text/plain': 'a slider' }), output({ 'application/json': { a: [1] } })]),
    code([output({ 'text/html': '<style>table { display: none }</style><table><tr><td>mine</td></tr></table>' }), BAD]),
    text('The end.'),
  ];
  const notebook = { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 };
  await writeReport([{ name: 'a', notebook }], join(folder, 'a'), { formats: ['html'], titlePage: {} }, [], folder);
  html = readFileSync(join(folder, 'a.html'), 'utf8');
  html = html.slice(html.indexOf('<body>'), html.lastIndexOf('</main>'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a report's Markdown", () => {
  it('has its formulas set, in titles too, and takes no price for one', () => {
    expect(html).toContain('<annotation encoding="application/x-tex">\\alpha_1</annotation>');
    expect(html).toContain('<annotation encoding="application/x-tex">L = -\\sum_k y_k</annotation>');
    expect(html).toContain('<annotation encoding="application/x-tex">x_1 * x_2 * x_3</annotation>');
    expect(html).toContain('costs $5 and not $6.');
  });

  it('holds pasted pictures and those beside the notebook, and names those that are missing', () => {
    expect(html.match(/<img [^>]*src="data:image\/png;base64,/g)).toHaveLength(3);
    expect(html).toContain('[Picture gone.png is not attached to its cell: gone]');
    expect(html).toContain('[Picture img/no.png was not found beside the notebook: missing]');
    expect(html).toContain('[Picture https://example.org/a.png is not in this report, which needs no network: far]');
  });

  it('carries the files that it links to, but none from elsewhere', () => {
    const link = /<a [^>]*download="notes.txt"[^>]*>/.exec(html)?.[0] ?? '';
    expect(link).toContain(`base64,${Buffer.from('my notes').toString('base64')}`);
    expect(html).toContain('[lost.csv was not found beside the notebook]');
    expect(html).not.toContain('data:application/octet-stream');
    expect(html).toContain('<a href="https://example.org">site</a>');
  });

  it('leaves diagrams to the page, and neither runs scripts nor takes styles', () => {
    expect(html).toContain('<pre class="mermaid">graph LR\n  A[Input] --&gt; B</pre>');
    expect(html).not.toContain('evil');
    expect(html).not.toContain('color: red');
  });

  it("leads links to a heading by JupyterLab's name for it", () => {
    expect(html).toMatch(/<h2 id="two-words"><span id="Two-words"><\/span>Two words<\/h2>/);
  });

  it('shows raw cells, and says which it leaves out', () => {
    expect(html).toContain('<pre>raw &lt;text&gt;</pre>');
    expect(html).toContain('<i>raw html</i>');
    expect(html).toContain('[A raw cell for text/latex is left out]');
    expect(html).not.toContain('raw latex');
  });
});

describe('outputs in a report', () => {
  it('are what a terminal shows, without those of removed cells', () => {
    expect(html).toContain('>epoch 2\naX\n</pre>');
    expect(html).not.toContain('REMOVED');
  });

  it('are formulas in the text of LaTeX and of Markdown', () => {
    expect(html).toContain('<annotation encoding="application/x-tex">\\frac{a}{b}</annotation>');
    expect(html).toContain('and *no* emphasis');
    expect(html).toContain('<annotation encoding="application/x-tex">e^x</annotation>');
  });

  it('are named where a page cannot show them, and one that is broken costs no other', () => {
    expect(html).toContain('[A report cannot show application/vnd.widget+json; JupyterLab may]');
    expect(html).toContain('&#34;a&#34;: [\n    1\n  ]');
    expect(html).toMatch(/\[This output could not be set: \w+/);
    expect(html).toContain('The end.');
  });

  it('keep their styles to themselves', () => {
    expect(html).toContain('<style>@scope {table { display: none }}</style>');
  });
});

it('JupyterLab exports a report and a script, and says what to do where it cannot', () => {
  const program = `
import json, nbformat
from nbconvert.exporters import get_exporter
book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("const x = 1;")])
def export(form):
    try:
        return get_exporter(form)().from_notebook_node(book, {"metadata": {"name": "mine"}})[0][-60:]
    except RuntimeError as error:
        return str(error)
print(json.dumps([export("script"), export("pdf")]))`;
  const env = {
    ...jupyterEnv(),
    NODE: process.execPath,
    CHROME_PATH: '/not/there',
    PYTHONPATH: join(ROOT, 'scripts', 'notebook', 'lab'),
  };
  const { stdout, stderr } = spawnSync(venvProgram('python'), ['-c', program], { cwd: folder, env, encoding: 'utf8' });
  expect(stderr).toBe('');
  const [script, pdf] = JSON.parse(stdout) as string[];
  expect(script).toMatch(/npx tsx mine\.mts\n\nconst x = 1;\n$/);
  expect(pdf).toMatch(/No PDF.*`npm run report -- --no-execute --only mine`/);
});
