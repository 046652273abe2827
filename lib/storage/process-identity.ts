import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Enough to tell whether that very process still lives. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When the process began: in clock ticks since the machine did, or, where the system has no `/proc`, in ms since 1970. */
  readonly processStart?: string;
  /** Of the machine's present run; undefined where the system has no `/proc`. */
  readonly bootId?: string;
  readonly host: string;
}

/** The text of a file, trimmed; undefined where it cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

interface ProcessState {
  readonly state: string;
  readonly start: string;
}

/** State and start of a process from ps(1), for systems without `/proc`, such as macOS; undefined if there is none. */
export function askPs(pid: number): ProcessState | undefined {
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  const { stdout } = spawnSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { env, encoding: 'utf8' });
  // Such as `S    Mon Nov 30 16:14:03 2026`.
  const [, state, start] = /^\s*(\w)\S*\s+(\w.*\d{4})\s*$/.exec(stdout ?? '') ?? [];
  return state === undefined ? undefined : { state, start: String(Date.parse(`${start} UTC`)) };
}

/**
 * State and start of a process from `/proc/<pid>/stat`, proc(5): fields 3 and 22, counted behind the name,
 * which may hold anything.
 */
function readProcess(pid: number): ProcessState | undefined {
  if (!existsSync('/proc/self/stat')) return askPs(pid);
  const fields = readText(`/proc/${pid}/stat`)
    ?.replace(/^.*\)\s/s, '')
    .split(' ');
  return fields && { state: fields[0], start: fields[19] };
}

const readBootId = () => readText('/proc/sys/kernel/random/boot_id');

/** The identity of this process. */
export function describeSelf(): ProcessIdentity {
  return { pid: process.pid, processStart: readProcess(process.pid)?.start, bootId: readBootId(), host: hostname() };
}

/** Whether a process of this host is surely gone. Which host it is of is the caller's to check. */
export function isGone({ pid, processStart, bootId }: Omit<ProcessIdentity, 'host'>): boolean {
  const bootNow = readBootId();
  if (bootId !== undefined && bootNow !== undefined && bootId !== bootNow) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, under another user.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true;
  }
  const found = readProcess(pid);
  // Z and X: ended, but its parent has not asked about it yet.
  return found !== undefined && ('ZX'.includes(found.state) || (processStart ?? found.start) !== found.start);
}
