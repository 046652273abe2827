import { randomUUID } from 'node:crypto';
import type { Progress, ProgressTask } from '../training/progress';
import { type Display, openDisplay } from './kernel';
import { escapeHtml } from './table-view';

/** The output of a progress bar has a display id that begins so: who runs notebooks can follow it. */
export const PROGRESS_ID = 'inkwell-progress-';

const INTERVAL_MS = 100;
const BAR_WIDTH = 20;

/** `42 s`, `3:07`, `1:02:45`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (n: number) => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** What a running task shows; `left` is the estimated time to its end in seconds, where one can be made. `total` may be infinite: unknown. */
export function renderRunning(
  { title, done, total, details }: Progress,
  elapsed: number,
  left: number | undefined,
): { html: string; text: string } {
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const filled = Math.floor(share * BAR_WIDTH);
  const words = [
    ...(Number.isFinite(total)
      ? [
          `${Math.floor(share * 100)} %`,
          `${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`,
        ]
      : []),
    formatDuration(elapsed) + (left === undefined ? '' : ` (${formatDuration(left)} left)`),
    ...details,
  ].join(' · ');
  const bar = `<progress value="${share.toFixed(4)}" max="1" style="width: 12em"></progress>`;
  return {
    html: `<div class="inkwell-progress"><strong>${escapeHtml(title)}</strong> ${bar} ${escapeHtml(words)}</div>`,
    text: `${title} ${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${words}`,
  };
}

/** What stays when a task has ended. */
export function renderEnded(
  { title, done, total, details }: Progress,
  elapsed: number,
  outcome: 'done' | 'interrupted' | 'failed',
): { html: string; text: string } {
  const time = formatDuration(elapsed);
  const of = Number.isFinite(total) ? ` of ${total}` : '';
  const ending = {
    done: ['✓', time],
    interrupted: ['■', `interrupted after ${done}${of}, ${time}`],
    failed: ['✗', `failed after ${done}${of}, ${time}`],
  } as const;
  const [mark, words] = ending[outcome];
  const text = `${mark} ${title}: ${[words, ...details].join(' · ')}`;
  return { html: `<div class="inkwell-progress">${escapeHtml(text)}</div>`, text };
}

/** Draws a task as one output that changes in place, at most ten times a second; `write` is the notebook's. */
export function drawProgress(title: string, write: (display: Display) => void): ProgressTask {
  const displayId = PROGRESS_ID + randomUUID();
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  let latest: Progress = { title, done: 0, total: 0, details: [] };
  let first: { done: number; seconds: number } | undefined;
  let shown = false;
  let lastDrawn = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  const draw = ({ html, text }: { html: string; text: string }) => {
    clearTimeout(timer);
    timer = undefined;
    lastDrawn = performance.now();
    write({ data: { 'text/html': html, 'text/plain': text }, displayId, update: shown });
    shown = true;
  };
  const drawRunning = () => {
    const elapsed = seconds();
    // A resumed search starts with steps that cost nothing: only those done since count.
    const since = latest.done - (first?.done ?? 0);
    const left =
      since > 0 && Number.isFinite(latest.total)
        ? ((elapsed - (first?.seconds ?? 0)) / since) * (latest.total - latest.done)
        : undefined;
    draw(renderRunning(latest, elapsed, left));
  };
  return {
    update(progress) {
      latest = progress;
      first ??= { done: progress.done, seconds: seconds() };
      const wait = lastDrawn + INTERVAL_MS - performance.now();
      if (wait <= 0) drawRunning();
      else timer ??= setTimeout(drawRunning, wait).unref();
    },
    end(outcome) {
      draw(renderEnded(latest, seconds(), outcome));
    },
  };
}

/** A reporter for `reportProgressTo`: a bar below the running cell; outside a kernel it shows nothing. */
export function showProgress(title: string): ProgressTask {
  const write = openDisplay();
  return write === undefined ? { update() {}, end() {} } : drawProgress(title, write);
}
