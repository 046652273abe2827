import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cacheFolder, openCacheFolder } from '../../../scripts/setup/cache-folder.mjs';

describe('cacheFolder', () => {
  it('follows XDG_CACHE_HOME, which may be relative or empty', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/scratch/ada' })).toBe('/scratch/ada/inkwell');
    expect(cacheFolder({ XDG_CACHE_HOME: 'cache' })).toBe(join(process.cwd(), 'cache/inkwell'));
    expect(cacheFolder({ XDG_CACHE_HOME: '' })).toBe(join(homedir(), '.cache/inkwell'));
    expect(cacheFolder({})).toBe(join(homedir(), '.cache/inkwell'));
  });

  it.each(['', 'home', undefined])('is in the home of the account where HOME is %j', (home) => {
    const before = process.env.HOME;
    try {
      if (home === undefined) delete process.env.HOME;
      else process.env.HOME = home;
      expect(cacheFolder({})).toMatch(/^\/.*\/\.cache\/inkwell$/);
    } finally {
      process.env.HOME = before;
    }
  });

  it('says what to set where there is no home at all', () => {
    expect(() => cacheFolder({}, () => '')).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('HOME names none'),
        cure: expect.stringContaining('XDG_CACHE_HOME='),
      }),
    );
  });
});

describe('openCacheFolder', () => {
  it('makes the folder, and names XDG_CACHE_HOME where it cannot', () => {
    const folder = mkdtempSync(join(tmpdir(), 'inkwell-cache-'));
    try {
      openCacheFolder(join(folder, 'new/inkwell'));
      writeFileSync(join(folder, 'file'), '');
      const refused = expect.objectContaining({
        message: expect.stringContaining('cache folder cannot be written'),
        cure: expect.stringContaining('XDG_CACHE_HOME='),
      });
      expect(() => openCacheFolder(join(folder, 'file/inkwell'))).toThrow(refused);
      chmodSync(folder, 0o500);
      // Root may write there all the same.
      if (process.getuid?.() !== 0) expect(() => openCacheFolder(join(folder, 'inkwell'))).toThrow(refused);
    } finally {
      chmodSync(folder, 0o700);
      rmSync(folder, { recursive: true });
    }
  });
});
