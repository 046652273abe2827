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

  it('in the background is shown, and the kernel lives', async () => {
    const shown = kernel.printed('lost');
    const { status } = await kernel.execute(
      "void Promise.reject(new Error('lost')); await new Promise((done) => setTimeout(done, 20));",
    );
    await shown;
    const timer = kernel.printed('from a timer');
    await kernel.execute("setTimeout(() => { throw new Error('from a timer'); }, 5);");
    await timer;
    expect(status).toBe('ok');
    expect((await kernel.execute('1')).status).toBe('ok');
  });
});
