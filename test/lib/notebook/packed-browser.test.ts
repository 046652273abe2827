import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openPackedBrowser } from '../../../lib/notebook/packed-browser';
import { cacheFolder } from '../../../lib/storage/cache-folder';
import { cacheFolder as cacheOfSetup } from '../../../scripts/setup/cache-folder.mjs';

const NAME = 'chromium-147.0.0';

describe.skipIf(process.platform !== 'linux' || process.arch !== 'x64')('the browser of the npm package', () => {
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'inkwell-browser ä-'));
    vi.stubEnv('XDG_CACHE_HOME', home);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true });
  });

  it('is unpacked once, whole and closed to others, by several at once, and runs', async () => {
    const old = join(home, 'inkwell/.chromium-killed');
    mkdirSync(old, { recursive: true });
    utimesSync(old, 1, 1);
    const before = readdirSync(tmpdir());
    const [first, second] = await Promise.all([openPackedBrowser(), openPackedBrowser()]);
    expect(first.path).toBe(join(home, 'inkwell', NAME, 'chromium'));
    expect(second.path).toBe(first.path);
    expect(readdirSync(join(home, 'inkwell'))).toEqual([NAME]);
    expect(lstatSync(join(home, 'inkwell', NAME)).mode & 0o777).toBe(0o700);
    expect(existsSync(join(home, 'inkwell', NAME, 'al2023/lib/libnss3.so'))).toBe(true);
    expect(spawnSync(first.path, ['--version'], { env: first.env, encoding: 'utf8' }).stdout).toMatch(/147\./);
    expect(
      readdirSync(tmpdir()).filter((name) => /^(chromium|fonts|al2023|lib.*\.so)/.test(name) && !before.includes(name)),
    ).toEqual([]);
  });

  it('is refused where others may write to it or where it is a link', async () => {
    const folder = join(home, 'inkwell', NAME);
    chmodSync(folder, 0o777);
    await expect(openPackedBrowser()).rejects.toThrow(/nobody else may write to, but it may be written by others: remove it/);
    rmSync(folder, { recursive: true });
    symlinkSync(home, folder);
    await expect(openPackedBrowser()).rejects.toThrow(/but it is no folder/);
    rmSync(folder);
  });

  it('says what to set where the cache cannot be written', async () => {
    rmSync(join(home, 'inkwell'), { recursive: true, force: true });
    writeFileSync(join(home, 'inkwell'), '');
    await expect(openPackedBrowser()).rejects.toThrow(/cannot be unpacked .*XDG_CACHE_HOME/);
  });
});

describe('cacheFolder', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it.each(['/scratch', 'relative', ''])('is that of set-up with XDG_CACHE_HOME %j', (folder) => {
    vi.stubEnv('XDG_CACHE_HOME', folder);
    expect(cacheFolder()).toBe(cacheOfSetup());
  });

  it.each(['/home/ada', ''])('is that of set-up with HOME %j', (folder) => {
    vi.stubEnv('XDG_CACHE_HOME', '');
    vi.stubEnv('HOME', folder);
    expect(cacheFolder()).toBe(cacheOfSetup());
  });
});
