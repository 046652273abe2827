import { EventEmitter } from 'node:events';

/**
 * The emitter on which the kernel's launcher passes on an interrupt (Jupyter's stop button) as `interrupt`.
 * It hangs on `globalThis`, because the launcher runs before `src` is compiled and `src` is reloaded after edits.
 */
const KEY = Symbol.for('inkwell.interrupts');
type GlobalWithInterrupts = typeof globalThis & { [KEY]?: EventEmitter };

function emitter(): EventEmitter {
  const holder = globalThis as GlobalWithInterrupts;
  holder[KEY] ??= new EventEmitter();
  return holder[KEY];
}

/** Thrown by training and searching after an interrupt, so that the rest of the cell does not run. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/**
 * Watches for an interrupt while a loop runs. Call `check` between two steps, after giving the event loop a turn;
 * it throws `InterruptedError` once an interrupt came. Call `stop` when the loop ends.
 */
export function watchInterrupts(): { check(): void; stop(): void } {
  let interrupted = false;
  const listener = () => {
    interrupted = true;
  };
  emitter().on('interrupt', listener);
  return {
    check() {
      if (interrupted) throw new InterruptedError('Interrupted: training stopped after the running step.');
    },
    stop() {
      emitter().off('interrupt', listener);
    },
  };
}
