import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cacheFolder } from '../../../scripts/setup/tensorflow.mjs';

describe('cacheFolder', () => {
  it('follows XDG_CACHE_HOME, which may be relative or empty', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/scratch/ada' })).toBe('/scratch/ada/inkwell');
    expect(cacheFolder({ XDG_CACHE_HOME: 'cache' })).toBe(join(process.cwd(), 'cache/inkwell'));
    expect(cacheFolder({ XDG_CACHE_HOME: '' })).toBe(join(homedir(), '.cache/inkwell'));
    expect(cacheFolder({})).toBe(join(homedir(), '.cache/inkwell'));
  });
});
