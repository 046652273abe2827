import { existsSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { SetupError } from './setup-error.mjs';

export const MB = 1e6;

/** @param {number} bytes */
export const formatGigabytes = (bytes) => `${(bytes / 1e9).toFixed(1)} GB`;

/**
 * The disk that will hold a folder, which need not exist yet: its number and the bytes free for this user.
 * @param {string} folder
 */
function readDisk(folder) {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = statfsSync(existing);
  return { device: statSync(existing).dev, freeBytes: bavail * bsize };
}

/**
 * Throws a `SetupError` if a disk has less room than the folders on it are going to need together.
 * @param {{ folder: string, bytes: number }[]} needs
 * @param {(folder: string) => { device: number, freeBytes: number }} [diskOf] for tests
 */
export function checkDiskSpace(needs, diskOf = readDisk) {
  /** @type {Map<number, { folders: string[], bytes: number, freeBytes: number }>} */
  const disks = new Map();
  for (const { folder, bytes } of needs) {
    const { device, freeBytes } = diskOf(folder);
    const disk = disks.get(device) ?? { folders: [], bytes: 0, freeBytes };
    disk.folders.push(folder);
    disk.bytes += bytes;
    disks.set(device, disk);
  }
  for (const { folders, bytes, freeBytes } of disks.values()) {
    if (freeBytes >= bytes) continue;
    throw new SetupError(
      `Set-up needs ${formatGigabytes(bytes)} of free disk for ${folders.join(' and ')}; ` +
        `there is ${formatGigabytes(freeBytes)}.`,
      'Free some space, move the project to a larger disk, or set XDG_CACHE_HOME to a folder on one.',
    );
  }
}
