import { readdirSync, readFileSync } from 'node:fs';

/** State letter, parent and command line of a process; undefined where there is none. */
function readProcess(pid: number): { state: string; parent: number; command: string } | undefined {
  try {
    // Its name, in brackets, may hold anything; then come its state and its parent.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
    return { state, parent: Number(parent), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8') };
  } catch {
    return undefined;
  }
}

/** Whether a process runs; one that has ended and that nobody asked about yet (a zombie) does not. */
export function isAlive(pid: number): boolean {
  const found = readProcess(pid);
  return found !== undefined && found.state !== 'Z';
}

/** The processes that a process started and that still run, by id; with `command` in their command line. */
export function childrenOf(pid: number, command = ''): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((id) => {
      const found = readProcess(id);
      return found?.parent === pid && found.state !== 'Z' && found.command.includes(command);
    });
}

/** The processes that run with this text in their environment or command line, by id. */
export function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((id) => {
      try {
        return ['environ', 'cmdline'].some((file) => readFileSync(`/proc/${id}/${file}`, 'utf8').includes(text));
      } catch {
        return false;
      }
    });
}
