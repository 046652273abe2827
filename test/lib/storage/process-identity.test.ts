import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { askPs } from '../../../lib/storage/process-identity';

describe.skipIf(spawnSync('ps', ['-p', '1']).error !== undefined)('askPs, for systems without /proc', () => {
  it('says when a process began, the same each time, whatever the time zone', () => {
    const { state, start } = askPs(process.pid) ?? {};
    expect(state).toMatch(/^[RSD]$/);
    const before = process.env.TZ;
    process.env.TZ = 'Asia/Tokyo';
    expect(askPs(process.pid)?.start).toBe(start);
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
    expect(Math.abs(Number(start) - (Date.now() - process.uptime() * 1000))).toBeLessThan(10_000);
  });

  it('knows no process that has ended', async () => {
    const child = spawn('true');
    await once(child, 'exit');
    expect(askPs(child.pid ?? 0)).toBeUndefined();
  });
});
