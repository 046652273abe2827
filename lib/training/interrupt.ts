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
 * it throws `InterruptedError` once an interrupt came, and `signal` is aborted at that moment, for what waits. Call
 * `stop` when the loop ends.
 */
export function watchInterrupts(): { readonly signal: AbortSignal; check(): void; stop(): void } {
  const controller = new AbortController();
  const listener = () => controller.abort();
  emitter().on('interrupt', listener);
  return {
    signal: controller.signal,
    check() {
      if (controller.signal.aborted) {
        throw new InterruptedError('Interrupted: training stopped after the running step.');
      }
    },
    stop() {
      emitter().off('interrupt', listener);
    },
  };
}

/**
 * Resolves outside the synchronous part of a cell. There Jupyter's stop button ends the running code without its `finally`
 * blocks, and a display that was opened would stay as it is: await this before one is.
 *
 * @throws InterruptedError where an interrupt came meanwhile.
 */
export async function leaveSynchronousPart(): Promise<void> {
  const interrupts = watchInterrupts();
  try {
    await new Promise((resolve) => setImmediate(resolve));
    interrupts.check();
  } finally {
    interrupts.stop();
  }
}
