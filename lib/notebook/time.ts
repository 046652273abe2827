/** `42 s`, `3:07`, `1:02:45`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (n: number) => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** `0.3 s`, `9.9 s`, then as `formatDuration`: for what has ended and no longer changes. */
export function formatSeconds(seconds: number): string {
  return seconds < 9.95 ? `${seconds.toFixed(1)} s` : formatDuration(seconds);
}

/** Where a task stands in time. */
export interface Timing {
  /** Seconds since it began. */
  readonly elapsed: number;
  /** Seconds that it still takes, where that can be told. */
  readonly left?: number;
}

/** Seconds of a task that must have passed before what is left is told. */
const MIN_SECONDS = 1;

/**
 * Tells how long a task still takes, from its rate over the later half of its time. What was done before it began does not count.
 */
export class TaskClock {
  readonly #started = performance.now();
  #samples: { readonly seconds: number; readonly done: number }[] = [];

  /** Seconds since the clock was made. */
  get elapsed(): number {
    return (performance.now() - this.#started) / 1000;
  }

  /** `done` and `total` are of one unit; an infinite total is an unknown one. */
  measure(done: number, total: number): Timing {
    const elapsed = this.elapsed;
    const last = this.#samples.at(-1);
    // A hundredth of the time apart, so that they stay few.
    if (last === undefined || elapsed - last.seconds >= elapsed / 100) this.#samples.push({ seconds: elapsed, done });
    while (this.#samples.length > 2 && this.#samples[1].seconds <= elapsed / 2) this.#samples.shift();
    const [first] = this.#samples;
    const [seconds, since] = [elapsed - first.seconds, done - first.done];
    if (seconds < MIN_SECONDS || since <= 0 || !Number.isFinite(total)) return { elapsed };
    return { elapsed, left: Math.max(0, ((total - done) * seconds) / since) };
  }
}
