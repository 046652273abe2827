import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kernel } from './jupyter-client';

let kernel: Kernel;
beforeAll(async () => {
  kernel = await Kernel.start({ cwd: '/' });
});
afterAll(() => kernel.kill());

describe('a cell', () => {
  it('runs in the root folder of the project and shows its last value', async () => {
    const { status, stdout, messages } = await kernel.execute('process.cwd()');
    expect(status).toBe('ok');
    expect(stdout.trim()).toBe(process.cwd());
    expect(messages.map(({ type }) => type)).toEqual(['status', 'execute_input', 'stream', 'status']);
  });

  it('counts up', async () => {
    const first = await kernel.execute('1');
    const second = await kernel.execute('throw new Error()');
    const third = await kernel.execute('1');
    expect([second.executionCount, third.executionCount]).toEqual([first.executionCount + 1, first.executionCount + 2]);
  });

  it('sends displays with all their types, and updates', async () => {
    const { displays } = await kernel.execute(`
      const { lastWriteDisplayData } = require('tslab/dist/jupyter');
      const data = { 'text/plain': 'one', 'application/json': { one: 1 } };
      lastWriteDisplayData({ data, metadata: {}, transient: { display_id: 'a' } }, false);
      lastWriteDisplayData({ data: { 'text/plain': 'two' }, metadata: {}, transient: { display_id: 'a' } }, true);`);
    expect(displays).toEqual([
      { data: { 'text/plain': 'one', 'application/json': { one: 1 } }, metadata: {}, transient: { display_id: 'a' } },
      { data: { 'text/plain': 'two' }, metadata: {}, transient: { display_id: 'a' } },
    ]);
  });

  it('calls back after writing, and keeps characters together that come in parts', async () => {
    const { stdout } = await kernel.execute(`
      const [first, second] = [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)];
      await new Promise<void>((done) => process.stdout.write(first, () => done()));
      await new Promise<void>((done) => process.stdout.write(second, 'utf8', () => done()));`);
    expect(stdout).toBe('é');
  });
});

describe('an error', () => {
  it('comes as an error message, with the lines of the cells and nothing of the kernel', async () => {
    const { executionCount: declared } = await kernel.execute(
      "interface Unused {\n  a: number;\n}\n\nfunction fail(x: number) {\n  throw new RangeError('no ' + x);\n}",
    );
    const {
      status,
      executionCount: thrown,
      error,
      stderr,
    } = await kernel.execute('interface More {\n  a: number;\n}\n\n  fail(3);');
    expect(status).toBe('error');
    expect(stderr).toBe('');
    expect(error).toEqual({
      ename: 'RangeError',
      evalue: 'no 3',
      traceback: ['RangeError: no 3', `    at fail (cell [${declared}]:6:9)`, `    at cell [${thrown}]:5:3`],
    });
  });

  it('shows the functions that awaited, and its cause', async () => {
    const { executionCount: count, error } = await kernel.execute(`async function inner() {
  await null;
  throw new Error('outer', { cause: new TypeError('root') });
}
const middle = async () => {
  await inner();
};
await middle();`);
    expect(error?.traceback.slice(0, 4)).toEqual([
      'Error: outer',
      `    at inner (cell [${count}]:3:9)`,
      `    at async middle (cell [${count}]:6:3)`,
      `    at async cell [${count}]:8:1 {`,
    ]);
    expect(error?.traceback[4]).toBe('  [cause]: TypeError: root');
  });

  it('may be any value', async () => {
    expect((await kernel.execute('throw { code: 5 }')).error?.evalue).toBe('{ code: 5 }');
    expect((await kernel.execute('throw undefined')).error?.ename).toBe('undefined');
    expect((await kernel.execute('await Promise.reject("no")')).error?.evalue).toBe("'no'");
  });

  it('stops the cells that wait behind it', async () => {
    const results = await Promise.all([
      kernel.execute('throw new Error("stop")', { stopOnError: true }),
      kernel.execute('globalThis.late = true'),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['error', 'aborted']);
  });

  it('stops no cell when the client wants to go on', async () => {
    await new Promise((done) => setTimeout(done, 250));
    const results = await Promise.all([kernel.execute('throw new Error("go on")'), kernel.execute('1')]);
    expect(results.map(({ status }) => status)).toEqual(['error', 'ok']);
  });

  it('that nothing waits for is shown at once, and fails the cell that runs', async () => {
    const late = "await new Promise((done) => setTimeout(done, 20));\nconsole.log('went on');";
    const rejected = await kernel.execute(`const held = Promise.reject(new Error('lost'));\n${late}`);
    expect(rejected.status).toBe('error');
    expect(rejected.error).toMatchObject({ ename: 'Error', evalue: 'lost' });
    expect(rejected.error?.traceback.at(-1)).toContain('put `await` before');
    expect(rejected.stdout).toBe('went on\n');
    const thrown = await kernel.execute(`setTimeout(() => { throw new Error('from a timer'); });\n${late}`);
    expect(thrown).toMatchObject({ status: 'error', error: { evalue: 'from a timer' } });
    expect((await kernel.execute('1')).status).toBe('ok');
  });

  it('that comes when no cell runs is shown in the last one, and the kernel lives', async () => {
    const shown = kernel.next(({ type }) => type === 'error');
    const { status, executionCount, messages } = await kernel.execute(
      "setTimeout(() => { throw new Error('afterwards'); }, 100);",
    );
    expect(status).toBe('ok');
    expect(await shown).toMatchObject({ parentId: messages[0].parentId, content: { evalue: 'afterwards' } });
    expect(await kernel.execute('1')).toMatchObject({ status: 'ok', executionCount: executionCount + 1 });
  });
});

describe('the status', () => {
  it('is busy while a cell runs or waits, whatever else is asked', async () => {
    const states: string[] = [];
    const stop = kernel.listen(({ type, content }) => {
      if (type === 'status') states.push(content.execution_state);
    });
    const cells = ['first', 'second'].map((name) =>
      kernel.execute(`await new Promise((done) => setTimeout(done, 200));\nconsole.log('${name}');`),
    );
    await kernel.request('complete_request', { code: 'proc', cursor_pos: 4 });
    await kernel.request('kernel_info_request', {});
    await Promise.all(cells);
    stop();
    expect(states.at(-1)).toBe('idle');
    // Each idle but the last is followed by another busy, before anything else is answered.
    states.forEach((state, i) => {
      if (state === 'idle' && i < states.length - 1) expect(states[i + 1]).toBe('busy');
    });
    expect(states.filter((state) => state === 'idle')).toHaveLength(4);
  });
});

describe('a kernel that has started', () => {
  it('is busy while it makes ready what the first cell needs, then idle', async () => {
    const fresh = new Kernel();
    try {
      const states: string[] = [];
      const stop = fresh.listen(({ type, content }) => {
        if (type === 'status') states.push(content.execution_state);
      });
      await fresh.ready();
      // Of the request, then of the making ready.
      await expect.poll(() => states.join(' '), { timeout: 120_000 }).toMatch(/^(busy idle )+busy idle$/);
      stop();
      const { stdout } = await fresh.execute("import { buildMlp } from './src';\ntypeof buildMlp");
      expect(stdout).toBe('function\n');
    } finally {
      await fresh.kill();
    }
  });
});
