import { describe, expect, it } from 'vitest';
import { mustRun, onCommand, runCommand, shorten } from '../../../scripts/setup/run-command.mjs';

const script = (code: string) => ['-e', code];

describe('runCommand', () => {
  it('collects both outputs and tells success from failure', async () => {
    const both = "console.log('out'); console.error('err'); process.exitCode = 3";
    expect(await runCommand(process.execPath, script(both))).toMatchObject({ succeeded: false });
    const { succeeded, output } = await runCommand(process.execPath, script("console.log('é'.repeat(100000))"));
    expect(succeeded).toBe(true);
    expect(output).toBe(`${'é'.repeat(100000)}\n`);
  });

  it('reports a command that does not exist and one that was killed', async () => {
    expect(await runCommand('/no/such/command', [])).toMatchObject({ succeeded: false, signal: null });
    const suicide = "process.kill(process.pid, 'SIGKILL')";
    expect(await runCommand(process.execPath, script(suicide))).toMatchObject({ signal: 'SIGKILL' });
  });

  it('announces the process while it runs', async () => {
    const seen: number[][] = [];
    onCommand((pids: number[]) => seen.push(pids));
    const { output } = await runCommand(process.execPath, script('console.log(process.pid)'));
    onCommand(() => {});
    expect(seen).toEqual([[Number(output)], []]);
  });
});

describe('mustRun', () => {
  it('throws what the command said, with a cure', async () => {
    const failing = script("console.error('connect ECONNREFUSED'); process.exit(1)");
    await expect(mustRun('installing things', process.execPath, failing)).rejects.toMatchObject({
      message: 'installing things failed:\nconnect ECONNREFUSED',
      cure: expect.stringContaining('network'),
    });
  });
});

describe('shorten', () => {
  it('keeps a short text and both ends of a long one', () => {
    expect(shorten('a\nb\n')).toBe('a\nb');
    const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`);
    const kept = shorten(lines.join('\n')).split('\n');
    expect(kept).toHaveLength(20);
    expect([kept[0], kept[6], kept[19]]).toEqual(['line 0', '...', 'line 99']);
  });
});
