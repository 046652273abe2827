import { plural } from '../base/words';
import type { ExperimentProgress } from '../experiments/progress';
import { escapeHtml } from '../tables/table-view';
import type { TaskOutcome } from '../training/progress';
import { describeRunning, drawRunning, type ProgressView } from './progress-view';
import { formatSeconds, type Timing } from './time';

/** Lines of what was measured that fit above the height of a progress display. */
const LINES = 14;

/** How an experiment is shown: what was measured last, and what is measured now. */
export class ExperimentView implements ProgressView<ExperimentProgress> {
  #told = 0;

  measure({ share }: ExperimentProgress) {
    return { done: share, total: 1 };
  }

  describe(state: ExperimentProgress, timing: Timing): string {
    return describeRunning(state.title, this.measure(state), timing, this.#words(state));
  }

  draw(state: ExperimentProgress, timing: Timing): string {
    const lines = state.measured.slice(-LINES).map((line) => `<div>${escapeHtml(line)}</div>`);
    const content = `<div style="font-size: 12px; overflow: hidden">${lines.join('')}</div>`;
    return drawRunning(state.title, this.measure(state), timing, this.#words(state), content);
  }

  takeEnded({ title, measured }: ExperimentProgress): string[] {
    const ended = measured.slice(this.#told);
    this.#told = measured.length;
    return ended.map((line) => `${title}: ${line}`);
  }

  summarize(state: ExperimentProgress, outcome: TaskOutcome, seconds: number): string {
    const { title, noun, planned, found, measured } = state;
    const ended = found + measured.length;
    const before = found > 0 ? ` (${found} of them before)` : '';
    const time = formatSeconds(seconds);
    return outcome === 'done'
      ? `${title}: ${plural(ended, noun)}${found === ended ? ', all of them from an earlier run' : `${before} in ${time}`}`
      : `${title} ${outcome} after ${ended} of ${plural(planned, noun)}${before}, ${time}`;
  }

  finish(): undefined {
    return undefined;
  }

  #words({ noun, planned, found, measured, running }: ExperimentProgress): string[] {
    const before = found > 0 ? `, ${found} of them before` : '';
    const count = `${found + measured.length} of ${plural(planned, noun)}${before}`;
    return running === '' ? [count] : [count, running];
  }
}
