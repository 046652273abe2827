import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** Makes `TMPDIR` a folder of the test file's own and returns it: other processes compile models meanwhile. */
export function useOwnTemporaryFolder(): string {
  const outer = process.env.TMPDIR;
  const own = mkdtempSync(join(tmpdir(), 'inkwell-test-'));
  beforeAll(() => {
    process.env.TMPDIR = own;
  });
  afterAll(() => {
    if (outer === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = outer;
    rmSync(own, { recursive: true });
  });
  return own;
}
