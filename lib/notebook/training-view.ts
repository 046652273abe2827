import { formatPercent, plural } from '../base/words';
import type { Figure } from '../figures/figure';
import { learningCurves } from '../figures/learning-curves';
import { colors } from '../figures/template';
import type { EpochRecord, History } from '../training/history';
import type { TaskOutcome, TrainingProgress } from '../training/progress';
import type { StepProgress } from '../training/train-epochs';
import { drawLiveChart, type LiveSeries } from './live-chart';
import { describeRunning, drawRunning, type ProgressView } from './progress-view';
import { formatSeconds, type Timing } from './time';

/** Points of the running epoch's curves at which every other one is dropped. */
const MAX_SAMPLES = 200;

/** How a training is shown: its curves while they grow, then `learningCurves`, unless they are not to stay. */
export class TrainingView implements ProgressView<TrainingProgress> {
  /** The running epoch as it was when it was drawn. */
  #samples: StepProgress[] = [];
  #told = 0;

  measure({ epochs, step, history }: TrainingProgress) {
    return { done: step ? step.epoch - 1 + step.step / step.steps : history.epochs.length, total: epochs };
  }

  describe(state: TrainingProgress, timing: Timing): string {
    return describeRunning(state.title, this.measure(state), timing, this.#words(state));
  }

  draw(state: TrainingProgress, timing: Timing): string {
    this.#sample(state);
    const content =
      '<div style="flex: 1; min-height: 0; display: flex; gap: 16px">' +
      `${this.#chart(state, 'accuracy', 'valAccuracy')}${this.#chart(state, 'loss', 'valLoss')}</div>`;
    return drawRunning(state.title, this.measure(state), timing, this.#words(state), content);
  }

  takeEnded({ title, epochs, history }: TrainingProgress): string[] {
    const ended = history.epochs.slice(this.#told);
    this.#told = history.epochs.length;
    return ended.map(
      (record) => `${title}: epoch ${record.epoch} of ${epochs}, ${describeEpoch(record)}, ${formatSeconds(record.seconds)}`,
    );
  }

  summarize({ title, epochs, step, history }: TrainingProgress, outcome: TaskOutcome): string {
    const done = history.epochs.length;
    const time = formatSeconds(history.seconds);
    const ending = `${outcome} ${step && done === 0 ? `in epoch ${step.epoch}` : `after ${done}`} of ${epochs} epochs, ${time}`;
    const count = done < epochs ? `${done} of ${plural(epochs, 'epoch')}` : plural(done, 'epoch');
    const words = [
      outcome === 'done' ? `${title}: ${count} in ${time}` : `${title} ${ending}`,
      ...describeResult(history),
      ...(history.stopped === undefined ? [] : [`stopped early (${history.stopped})`]),
    ];
    return words.join(', ');
  }

  finish({ history, curves = true }: TrainingProgress): Figure | undefined {
    return curves && history.epochs.length > 0 ? learningCurves(history) : undefined;
  }

  #words({ epochs, step }: TrainingProgress): string[] {
    if (step === undefined) return [plural(epochs, 'epoch')];
    const { epoch, loss, accuracy, imagesPerSecond } = step;
    return [
      `epoch ${epoch} of ${epochs}`,
      `batch ${step.step} of ${step.steps}`,
      `${Math.round(imagesPerSecond).toLocaleString('en-US')} images/s`,
      `loss ${loss.toFixed(3)}`,
      `accuracy ${formatPercent(accuracy)}`,
    ];
  }

  #sample({ step, history }: TrainingProgress): void {
    const running = step !== undefined && step.epoch > history.epochs.length;
    if (!running || this.#samples[0]?.epoch !== step.epoch) this.#samples = [];
    if (running && this.#samples.at(-1) !== step) this.#samples.push(step);
    if (this.#samples.length > MAX_SAMPLES) this.#samples = this.#samples.filter((_, i) => i % 2 === 1);
  }

  #chart({ epochs, history }: TrainingProgress, key: 'accuracy' | 'loss', valKey: 'valAccuracy' | 'valLoss'): string {
    const curve = (name: 'training' | 'validation', of: typeof key | typeof valKey): LiveSeries[] => {
      const points = history.epochs.map((record) => [record.epoch, record[of] ?? Number.NaN] as [number, number]);
      const color = colors[name];
      // One epoch makes no line yet.
      return [
        { kind: name === 'training' ? 'line' : 'dashed', color, points, name },
        { kind: 'dots', color, points: points.length <= 60 ? points : [] },
      ];
    };
    const running = this.#samples.map((step) => [step.epoch - 1 + step.step / step.steps, step[key]] as [number, number]);
    return drawLiveChart({
      x: { title: 'Epoch', range: [0, epochs] },
      y: { title: key === 'accuracy' ? 'Accuracy' : 'Loss (nats)', share: key === 'accuracy' },
      series: [
        { kind: 'faint', color: colors.training, points: running, name: 'this epoch so far' },
        ...curve('training', key),
        ...curve('validation', valKey),
      ],
    });
  }
}

function describeEpoch({ loss, accuracy, valLoss, valAccuracy }: EpochRecord): string {
  return [
    `loss ${loss.toFixed(3)}`,
    `accuracy ${formatPercent(accuracy)}`,
    ...(valLoss === undefined ? [] : [`validation loss ${valLoss.toFixed(3)}`]),
    ...(valAccuracy === undefined ? [] : [`validation accuracy ${formatPercent(valAccuracy)}`]),
  ].join(', ');
}

/** What the model came to, with the weights that it has. */
function describeResult({ epochs, bestEpoch }: History): string[] {
  const record = bestEpoch === undefined ? epochs.at(-1) : epochs[bestEpoch - 1];
  if (record === undefined) return [];
  const { accuracy, valAccuracy } = record;
  const restored = bestEpoch === undefined ? '' : ` with the weights of epoch ${bestEpoch}`;
  return valAccuracy === undefined
    ? [`training accuracy ${formatPercent(accuracy)}${restored}`]
    : [`validation accuracy ${formatPercent(valAccuracy)}${restored}`];
}
