import { randomUUID } from 'node:crypto';
import { escapeHtml } from '../tables/table-view';
import type { OpenDisplay, ProgressDisplay } from '../training/progress';
import { type Display, openDisplay } from './kernel';
import { type ProgressView, putTitle } from './progress-view';
import { renderFigure } from './render-figure';
import { TerminalLine } from './terminal-line';
import { TaskClock } from './time';

/** The output of a task has a display id that begins so: who runs notebooks can follow it. */
export const PROGRESS_ID = 'inkwell-progress-';

const INTERVAL_MS = 100;
/** Drawing takes at most one part in so many of a task's time. */
const DRAWING_SHARE = 20;

/**
 * Shows tasks: in the notebook one output that changes in place and becomes a figure; outside a kernel a bar on the terminal, or
 * in a log a line for each epoch or trial. `makeView` gets the task's state as it begins.
 */
export function showProgress<State>(makeView: (state: State) => ProgressView<State>): OpenDisplay<State> {
  return (read) => {
    const view = makeView(read());
    const write = openDisplay();
    return write === undefined ? printProgress(view, read, new TerminalLine()) : drawProgress(view, read, write);
  };
}

/** Draws a task as one output that changes in place, at most ten times a second; `write` is the notebook's. */
export function drawProgress<State>(
  view: ProgressView<State>,
  read: () => State,
  write: (display: Display) => void,
): ProgressDisplay {
  const displayId = PROGRESS_ID + randomUUID();
  const clock = new TaskClock();
  let shown = false;
  const send = ({ data, metadata }: Pick<Display, 'data' | 'metadata'>, line: string, ended: string[]) => {
    // Not saved with the output: for programs that run notebooks.
    const transient = { inkwell: { line, ended } };
    write({ data, metadata, transient, displayId, update: shown });
    shown = true;
  };
  const drawing = throttle(() => {
    const state = read();
    const { done, total } = view.measure(state);
    const timing = clock.measure(done, total);
    const line = view.describe(state, timing);
    const data = { 'text/html': view.draw(state, timing), 'text/plain': line };
    send({ data }, line, view.takeEnded(state));
  });
  drawing.request();
  return {
    update: drawing.request,
    async end(outcome) {
      drawing.stop();
      try {
        const state = read();
        const line = view.summarize(state, outcome, clock.elapsed);
        const ended = [...view.takeEnded(state), line];
        const figure = view.finish(state);
        if (figure === undefined) {
          const html = `<div class="inkwell-progress">${escapeHtml(line)}</div>`;
          send({ data: { 'text/html': html, 'text/plain': line } }, line, ended);
        } else {
          // An interrupt is to stop the cell at once: a picture may have to wait for a browser to start.
          const picture = outcome !== 'interrupted';
          send(await renderFigure(putTitle(figure, line), { picture }), line, ended);
        }
      } catch (error) {
        warn(error);
      }
    },
  };
}

/** Tells of a task on `line`: on a terminal a bar that ends as a line, elsewhere a line for each epoch or trial. */
export function printProgress<State>(view: ProgressView<State>, read: () => State, line: TerminalLine): ProgressDisplay {
  const clock = new TaskClock();
  const tell = (state: State) => {
    if (!line.isTerminal) for (const ended of view.takeEnded(state)) line.print(ended);
  };
  const drawing = throttle(() => {
    const state = read();
    const { done, total } = view.measure(state);
    line.rewrite(view.describe(state, clock.measure(done, total)));
    tell(state);
  });
  drawing.request();
  return {
    update: drawing.request,
    async end(outcome) {
      drawing.stop();
      const state = read();
      tell(state);
      line.rewrite();
      line.print(view.summarize(state, outcome, clock.elapsed));
    },
  };
}

/** A display is never worth a training: where it fails, it stays as it is. */
function warn(error: unknown): void {
  console.warn(`The progress display stays as it is, since it failed: ${(error as Error).message}`);
}

/** Calls `draw` soon after each request, at most ten times a second, and rarer where it takes long. */
function throttle(draw: () => void): { request(): void; stop(): void } {
  let next = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const drawNow = () => {
    clearTimeout(timer);
    timer = undefined;
    const started = performance.now();
    try {
      draw();
    } catch (error) {
      stopped = true;
      warn(error);
    }
    const ended = performance.now();
    next = ended + Math.max(INTERVAL_MS, DRAWING_SHARE * (ended - started));
  };
  return {
    request() {
      if (stopped) return;
      const wait = next - performance.now();
      if (wait <= 0) drawNow();
      else timer ??= setTimeout(drawNow, wait).unref();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
