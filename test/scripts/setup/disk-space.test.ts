import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkDiskSpace } from '../../../scripts/setup/disk-space.mjs';

const project = { folder: '/srv/inkwell', bytes: 1.1e9 };
const cache = { folder: '/home/ada/.cache/inkwell', bytes: 1.4e9 };

describe('checkDiskSpace', () => {
  it('adds up what goes to one disk', () => {
    const oneDisk = (freeBytes: number) => () => ({ device: 1, freeBytes });
    expect(() => checkDiskSpace([project, cache], oneDisk(2.5e9))).not.toThrow();
    expect(() => checkDiskSpace([project, cache], oneDisk(2.4e9))).toThrow(
      'Set-up needs 2.5 GB of free disk for /srv/inkwell and /home/ada/.cache/inkwell; there is 2.4 GB.',
    );
  });

  it('looks at each disk by itself', () => {
    const twoDisks = (homeBytes: number) => (folder: string) =>
      folder.startsWith('/home') ? { device: 2, freeBytes: homeBytes } : { device: 1, freeBytes: 1.2e9 };
    expect(() => checkDiskSpace([project, cache], twoDisks(1.5e9))).not.toThrow();
    expect(() => checkDiskSpace([project, cache], twoDisks(1e9))).toThrow(
      'needs 1.4 GB of free disk for /home/ada/.cache/inkwell; there is 1.0 GB',
    );
  });

  it('asks the disk of the nearest folder that exists', () => {
    const folder = join(tmpdir(), 'not', 'there', 'yet');
    expect(() => checkDiskSpace([{ folder, bytes: 1 }])).not.toThrow();
    expect(() => checkDiskSpace([{ folder, bytes: 1e18 }])).toThrow(/1000000000\.0 GB/);
  });
});
