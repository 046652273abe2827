import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { venvProgram } from '../../../scripts/notebook/python';

const root = resolve(__dirname, '../../..');
const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));

describe("with the kernel as VS Code's Jupyter extension has it, without Jupyter", () => {
  // biome-ignore lint/suspicious/noExplicitAny: messages of many types.
  let found: any;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vs code ü-'));
    const client = join(__dirname, 'vscode_client.py');
    const { stdout } = await promisify(execFile)(venvProgram('python'), [client, folder]);
    found = JSON.parse(stdout);
  }, 240_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('every request is answered in its own type, on the shell and on the control channel', () => {
    expect(found.language).toBe('typescript');
    expect(found.info).toMatchObject({ type: 'kernel_info_reply', language_info: { name: 'typescript', file_extension: '.ts' } });
    expect(found.control.type).toBe('kernel_info_reply');
    expect(found.comms).toEqual({ type: 'comm_info_reply', status: 'ok', comms: {} });
    expect(found.history).toEqual({ type: 'history_reply', status: 'ok', history: [] });
    expect(found.complete).toMatchObject({ type: 'is_complete_reply', status: 'incomplete' });
  });

  it('a figure comes as its renderers take it, between the messages that begin and end a cell', () => {
    // A running cell says once more that it is busy when another request was answered meanwhile.
    const again = ([type, content]: [string, { execution_state?: string }], i: number) =>
      i > 0 && type === 'status' && content.execution_state === 'busy';
    const published = found.published.filter((message: [string, object], i: number) => !again(message, i));
    expect(published.map(([type]: [string]) => type)).toEqual(['status', 'execute_input', 'display_data', 'stream', 'status']);
    const [, , [, { data }]] = published;
    expect(Object.keys(data)).toEqual(['application/vnd.plotly.v1+json', 'image/png', 'text/plain']);
    expect(data['application/vnd.plotly.v1+json'].data[0].y).toEqual([1, 2]);
    expect(found.cell).toMatchObject({ type: 'execute_reply', status: 'ok', execution_count: 1 });
  });

  it('names are completed and explained, and the stop button stops', () => {
    expect(found.completion).toMatchObject({ type: 'complete_reply', matches: ['answer'], cursor_start: 0, cursor_end: 4 });
    expect(found.inspection).toMatchObject({ found: true, data: { 'text/plain': 'const answer: number' } });
    expect(found.interrupted).toMatchObject({ status: 'error', ename: 'InterruptedError' });
    expect(found.exit).toBe(0);
  });

  it('the folder recommends the extension and the Python that has the kernel', () => {
    expect(read('.vscode/extensions.json').recommendations).toContain('ms-toolsai.jupyter');
    const path = read('.vscode/settings.json')['python.defaultInterpreterPath'];
    expect(path.replace(/^\$\{workspaceFolder\}/, root)).toBe(venvProgram('python'));
  });
});
