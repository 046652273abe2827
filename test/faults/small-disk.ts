// A disk of a few megabytes that one process sees alone.

import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';

/**
 * Arguments of `unshare` for a shell command that sees an empty disk of that size, `4m`, at `path`; it is gone with the command.
 */
export const onSmallDisk = (path: string, size: string, command: string): string[] => [
  ...['--user', '--map-root-user', '--mount', 'sh', '-c'],
  `mount -t tmpfs -o size=${size} none ${path} && exec ${command}`,
];

/** Whether this system lets one mount a disk; says so where it does not. */
export const hasSmallDisk = spawnSync('unshare', onSmallDisk(tmpdir(), '1m', 'true')).status === 0;
if (!hasSmallDisk) console.warn('Full and read-only disks are not tested: this system lets nobody mount one.');
