import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Whether a process is alive on this machine.
 * @param {number} pid
 */
export function isRunning(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
  try {
    // A process that ended but that its parent never asked about still has its number.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}

/** @param {string} path */
function readHolders(path) {
  try {
    const bootTimeMs = Date.now() - uptime() * 1000;
    if (statSync(path).mtimeMs < bootTimeMs) return [];
    return readFileSync(path, 'utf8').split(' ').map(Number).filter(isRunning);
  } catch {
    return [];
  }
}

/**
 * The only right to change the project's installed files: waits while another set-up holds it. The lock names the
 * processes that hold it, so a killed set-up's lock counts no longer, unless a command that it started still runs.
 * @param {string} root the project's folder
 * @param {(message: string) => void} say told once if there is something to wait for
 * @returns {Promise<{ setChildren(pids: number[]): void, release(): void }>}
 */
export async function lockProject(root, say) {
  const path = join(root, '.setup.lock');
  const draft = `${path}.${process.pid}`;
  /** @param {number[]} children */
  const write = (...children) => writeFileSync(draft, [process.pid, ...children].join(' '));
  let waits = false;
  for (;;) {
    try {
      write();
      try {
        linkSync(draft, path);
      } finally {
        rmSync(draft, { force: true });
      }
      // Two that found the same dead lock may each have removed it: the one whose lock stands has won.
      await sleep(50);
      if (readFileSync(path, 'utf8') === `${process.pid}`) break;
    } catch (error) {
      const { code } = /** @type {NodeJS.ErrnoException} */ (error);
      if (code !== 'EEXIST' && code !== 'ENOENT') throw error;
    }
    const holders = readHolders(path);
    if (holders.length === 0) rmSync(path, { force: true });
    else if (!waits) {
      waits = true;
      say(`Waiting for another set-up of this project (process ${holders.join(', ')}).`);
    }
    if (holders.length > 0) await sleep(500);
  }
  return {
    setChildren(pids) {
      write(...pids);
      renameSync(draft, path);
    },
    release() {
      rmSync(path, { force: true });
    },
  };
}
