import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Display } from '../../../lib/notebook/kernel';
import { drawProgress, PROGRESS_ID, printProgress } from '../../../lib/notebook/progress';
import type { ProgressView } from '../../../lib/notebook/progress-view';
import { SearchView } from '../../../lib/notebook/search-view';
import { TerminalLine } from '../../../lib/notebook/terminal-line';
import { TrainingView } from '../../../lib/notebook/training-view';
import type { SearchProgress, WorkerProgress } from '../../../lib/search/search-progress';
import type { EpochRecord } from '../../../lib/training/history';
import type { TrainingProgress } from '../../../lib/training/progress';
import { makeHistory, makePruned, makeTrial, valAccuracy } from '../figures/fixtures';

const PLOTLY = 'application/vnd.plotly.v1+json';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const record = (epoch: number): EpochRecord => ({
  epoch,
  loss: 1 / epoch,
  accuracy: 1 - 0.5 / epoch,
  valLoss: 1.5 / epoch,
  valAccuracy: 0.4 + epoch / 10,
  learningRate: 0.001,
  seconds: 2,
});

/** `done` epochs of 4 and a half. */
function training(done: number, rest: Partial<TrainingProgress> = {}): TrainingProgress {
  const epochs = Array.from({ length: done }, (_, i) => record(i + 1));
  const step = { epoch: done + 1, step: 5, steps: 10, loss: 0.25, accuracy: 0.9, imagesPerSecond: 12345.6 };
  const history = { ...makeHistory(0), epochs, seconds: 42, validationSize: 10 };
  return { title: 'Training', epochs: 4, step, history, ...rest };
}

const worker = (worker: number, trial: number, rest: Partial<WorkerProgress> = {}): WorkerProgress => ({
  worker,
  trial,
  training: 2,
  trainings: 3,
  epoch: 1,
  epochs: 4,
  step: 3,
  steps: 20,
  loss: 0.5,
  imagesPerSecond: 1000,
  ...rest,
});

function search(rest: Partial<SearchProgress> = {}): SearchProgress {
  return {
    title: 'Search',
    figure: true,
    objective: valAccuracy,
    plannedTrials: 5,
    foundTrials: 0,
    trials: [makeTrial(1, 0.8), makePruned(2, 0.7), makeTrial(3, 0.9), makeTrial(4, Number.NaN)],
    epochs: 12,
    plannedEpochs: 20,
    slots: 2,
    workers: [worker(2, 5)],
    ...rest,
  };
}

/** A task in a notebook, and all that it wrote. */
function openTask<State>(view: ProgressView<State>, first: State) {
  const written: Display[] = [];
  let state = first;
  const display = drawProgress(
    view,
    () => state,
    (output) => written.push(output),
  );
  return {
    written,
    display,
    texts: () => written.map(({ data }) => data['text/plain']),
    html: () => written.map(({ data }) => String(data['text/html'] ?? '')),
    change(next: State) {
      state = next;
      display.update();
    },
  };
}

/** A task outside a kernel, and all that it wrote. */
function openLine<State>(view: ProgressView<State>, first: State, isTTY: boolean) {
  const written: string[] = [];
  let state = first;
  const write = (text: string | Uint8Array) => written.push(String(text)) > 0;
  const line = new TerminalLine({ write, isTTY, columns: 200 });
  const display = printProgress(view, () => state, line);
  const change = (next: State) => {
    vi.advanceTimersByTime(1000);
    state = next;
    display.update();
  };
  return { written, display, change };
}

describe('drawProgress', () => {
  it('adds one output and changes it in place', async () => {
    const { written, change, display } = openTask(new TrainingView(), training(0));
    vi.advanceTimersByTime(200);
    change(training(1));
    await display.end('done');
    expect(written.map(({ update }) => update)).toEqual([false, true, true]);
    expect(new Set(written.map(({ displayId }) => displayId)).size).toBe(1);
    expect(written[0].displayId?.startsWith(PROGRESS_ID)).toBe(true);
  });

  it('draws at most ten times a second, and the last state always', () => {
    const { texts, change } = openTask(new TrainingView(), training(0, { epochs: 1000 }));
    for (let i = 0; i < 1000; i++) {
      change(training(0, { epochs: i }));
      vi.advanceTimersByTime(1);
    }
    expect(texts().length).toBeGreaterThan(5);
    expect(texts().length).toBeLessThanOrEqual(11);
    vi.advanceTimersByTime(100);
    expect(texts().at(-1)).toContain('epoch 1 of 999');
  });

  it('lets the task go on where drawing fails, and says so once', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const view = new TrainingView();
    const { written, change, display } = openTask(view, training(0));
    view.draw = () => {
      throw new Error('no room');
    };
    for (const done of [1, 2]) {
      vi.advanceTimersByTime(200);
      change(training(done));
    }
    expect(warn.mock.calls).toEqual([['The progress display stays as it is, since it failed: no room']]);
    view.finish = view.draw as never;
    await display.end('done');
    expect(written).toHaveLength(1);
    expect(warn).toHaveBeenCalledTimes(2);
    warn.mockRestore();
  });

  it('tells programs the line and what ended since, unsaved', async () => {
    const { written, change, display } = openTask(new TrainingView(), training(0));
    vi.advanceTimersByTime(200);
    change(training(2));
    change(training(3));
    await display.end('interrupted');
    expect(written.map(({ transient }) => transient)).toEqual([
      { inkwell: { line: expect.stringContaining('epoch 1 of 4'), ended: [] } },
      {
        inkwell: {
          line: expect.stringContaining('epoch 3 of 4'),
          ended: [
            'Training: epoch 1 of 4, loss 1.000, accuracy 50.0 %, validation loss 1.500, validation accuracy 50.0 %, 2.0 s',
            expect.stringContaining('epoch 2 of 4'),
          ],
        },
      },
      {
        inkwell: {
          line: 'Training interrupted after 3 of 4 epochs, 42 s, validation accuracy 70.0 %',
          ended: [
            expect.stringContaining('epoch 3 of 4'),
            'Training interrupted after 3 of 4 epochs, 42 s, validation accuracy 70.0 %',
          ],
        },
      },
    ]);
    for (const { metadata = {} } of written) expect(metadata).toEqual({});
  });

  it('draws nothing after its end', async () => {
    const { written, display, change } = openTask(new TrainingView(), training(1));
    change(training(2));
    await display.end('done');
    display.update();
    vi.advanceTimersByTime(1000);
    expect(written).toHaveLength(2);
  });
});

describe('a training', () => {
  it('shows bar, epochs, batches, speed and time left', () => {
    const { texts, html, change } = openTask(new TrainingView(), training(0));
    vi.advanceTimersByTime(30_000);
    change(training(1));
    expect(texts()[1]).toBe(
      'Training ████░░░░░░░░ 37 % · 30 s, 1:15 left · epoch 2 of 4 · batch 5 of 10 · 12,346 images/s · loss 0.250 · accuracy ' +
        '90.0 %',
    );
    expect(html()[1]).toContain('aria-valuenow="37.50"');
    expect(html()[1]).toContain('37 % · 30 s, 1:15 left');
    expect(html()[1]).toContain('batch 5 of 10 · 12,346 images/s');
    expect(html()[1].match(/<svg/g)).toHaveLength(2);
    expect(html()[1]).not.toMatch(/<script|NaN|undefined/);
  });

  it('is as high while it runs as its figure is in the end', async () => {
    const { written, html, display } = openTask(new TrainingView(), training(2));
    await display.end('done');
    const { layout } = written[1].data[PLOTLY] as { layout: { height: number } };
    expect(html()[0]).toContain(`height: ${layout.height}px`);
  });

  it.each([
    ['done', training(4), 'Training: 4 epochs in 42 s, validation accuracy 80.0 %'],
    ['interrupted', training(2), 'Training interrupted after 2 of 4 epochs, 42 s, validation accuracy 60.0 %'],
    ['failed', training(2), 'Training failed after 2 of 4 epochs, 42 s, validation accuracy 60.0 %'],
    [
      'done',
      training(3, { history: { ...training(3).history, stopped: 'no better', bestEpoch: 2 } }),
      'Training: 3 of 4 epochs in 42 s, validation accuracy 60.0 % with the weights of epoch 2, stopped early (no better)',
    ],
  ] as const)('ends, %s, as the figure of its epochs with one line', async (outcome, state, line) => {
    const { written, display } = openTask(new TrainingView(), state);
    await display.end(outcome);
    const figure = written[1].data[PLOTLY] as { data: { x: number[] }[]; layout: { title: { text: string } } };
    expect(figure.data[0].x).toEqual(state.history.epochs.map(({ epoch }) => epoch));
    expect(figure.layout.title.text).toBe(line);
    expect(written[1].data['text/plain']).toBe(`[Figure: ${line}]`);
  });

  it('ends as one line where no epoch was finished', async () => {
    const { written, display } = openTask(new TrainingView(), training(0, { title: '<b>Mine' }));
    await display.end('interrupted');
    expect(written[1].data).toEqual({
      'text/html': expect.stringContaining('&lt;b&gt;Mine interrupted in epoch 1 of 4 epochs, 42 s'),
      'text/plain': '<b>Mine interrupted in epoch 1 of 4 epochs, 42 s',
    });
  });
});

describe('a search', () => {
  it('shows trials, the best, and what each worker does', () => {
    const view = new SearchView(search({ trials: [] }));
    const { html, texts, change } = openTask(view, search({ epochs: 2 }));
    vi.advanceTimersByTime(10_000);
    change(search());
    expect(texts()[1]).toBe(
      'Search ███████░░░░░ 60 % · 10 s, 8 s left · 4 of 5 trials, 1 failed · best validation accuracy 90.00 % (trial 3) · ' +
        'worker 2: trial 5, training 2 of 3, epoch 1 of 4, batch 3 of 20, loss 0.500',
    );
    expect(html()[1]).toContain('1,000 images/s');
    expect(html()[1]).toContain('>worker 1: waits<');
    expect(html()[1]).toContain('>worker 2: trial 5, training 2 of 3');
    // Best so far: two steps and the end, which the last trial is.
    expect(html()[1]).toMatch(/d="M\d+ \d+H\d+V\d+H\d+V\d+"/);
    expect(html()[1]).not.toMatch(/<script|NaN|undefined/);
  });

  it("names the builder's own default while it is trained, as it ends, and as the best", () => {
    const baseline = makeTrial(1, 0.8, {}, { origin: 'default' });
    const running = search({ trials: [{ ...baseline, status: 'running', score: Number.NaN }], workers: [worker(1, 1)] });
    const view = new SearchView(running);
    const timing = { elapsed: 1, left: 1 } as never;
    expect(view.describe(running, timing)).toContain('worker 1: trial 1 (default), training 2 of 3');
    const ended = search({ trials: [baseline], workers: [] });
    expect(view.describe(ended, timing)).toContain('(trial 1, the default)');
    expect(view.takeEnded(ended)[0]).toMatch(/^Search: trial 1 of 5 \(default\) completed after 0 epochs/);
  });

  it('makes no share and no guess of an unknown total', () => {
    const unknown = { plannedTrials: undefined, plannedEpochs: Number.POSITIVE_INFINITY, slots: 1, workers: [] };
    const { html, texts, change } = openTask(new SearchView(search()), search(unknown));
    vi.advanceTimersByTime(10_000);
    change(search({ ...unknown, epochs: 14 }));
    expect(texts()[1]).toBe('Search 10 s · 4 trials, 1 failed · best validation accuracy 90.00 % (trial 3)');
    expect(html()[1]).not.toMatch(/progressbar|worker|Infinity/);
  });

  it('sends little, however many trials there are', () => {
    const trials = Array.from({ length: 10_000 }, (_, i) => makeTrial(i + 1, 0.5 + 0.4 * Math.sin(i)));
    const { html } = openTask(new SearchView(search()), search({ trials, plannedTrials: 10_000 }));
    expect(html()[0].length).toBeLessThan(20_000);
  });

  it.each([
    ['done', {}, 'Search: 4 trials in 1:00, best validation accuracy 90.00 % (trial 3)'],
    [
      'done',
      { shortfall: 'no other configuration is left' },
      'Search: 4 of 5 trials (no other configuration is left) in 1:00, best validation accuracy 90.00 % (trial 3)',
    ],
    [
      'interrupted',
      { foundTrials: 2 },
      'Search interrupted after 4 of 5 trials (2 of them before), 1:00, best validation accuracy 90.00 % (trial 3)',
    ],
    ['failed', { trials: [makePruned(1, 0.7)] }, 'Search failed after 1 of 5 trials, 1:00'],
  ] as const)('ends, %s, as the figure of its trials with one line', async (outcome, rest, line) => {
    const { written, display } = openTask(new SearchView(search()), search(rest));
    vi.advanceTimersByTime(60_000);
    await display.end(outcome);
    const { layout } = written[1].data[PLOTLY] as { layout: { title: { text: string }; height: number } };
    expect(layout.title.text).toBe(line);
    expect(written[0].data['text/html']).toContain(`height: ${layout.height}px`);
  });

  it('ends as one line where no trial has a score, and escapes its words', async () => {
    const trials = [makeTrial(1, Number.NaN, {}, { reason: '<script>\nat line 2' })];
    const state = search({ trials, objective: { name: '<i>', direction: 'max' }, title: '<b>' });
    const { written, html, display } = openTask(new SearchView(search({ trials: [] })), state);
    await display.end('failed');
    expect(written[1].data['text/plain']).toBe('<b> failed after 1 of 5 trials, 0.0 s');
    for (const page of html()) expect(page).not.toMatch(/<b>|<i>|<script>/);
    expect(written[0].transient).toMatchObject({
      inkwell: { ended: ['<b>: trial 1 of 5 failed after 0 epochs, 1.3 s (<script>)'] },
    });
  });
});

describe('printProgress', () => {
  it('draws a bar on a terminal that ends as a line', async () => {
    const { written, change, display } = openLine(new TrainingView(), training(0), true);
    change(training(3));
    await display.end('done');
    expect(written.join('').split('\r\x1b[2K')).toEqual([
      expect.stringMatching(/^Training █░+ 12 % · 0 s · epoch 1 of 4/),
      expect.stringMatching(/^Training █+░+ 87 % · 1 s, 0 s left · epoch 4 of 4/),
      'Training: 3 of 4 epochs in 42 s, validation accuracy 70.0 %\n',
    ]);
  });

  it('writes a line for each epoch in a log', async () => {
    const { written, change, display } = openLine(new TrainingView(), training(0), false);
    change(training(1));
    change(training(3));
    await display.end('failed');
    expect(written.map((line) => line.slice(0, 26))).toEqual([
      'Training: epoch 1 of 4, lo',
      'Training: epoch 2 of 4, lo',
      'Training: epoch 3 of 4, lo',
      'Training failed after 3 of',
    ]);
  });

  it('writes a line for each trial in a log, once, but none for those that had ended before', async () => {
    const view = new SearchView(search({ trials: [makeTrial(1, 0.8)] }));
    const { written, change, display } = openLine(view, search({ foundTrials: 1 }), false);
    change(search({ foundTrials: 1, trials: [...search().trials, makeTrial(5, 0.95)] }));
    await display.end('done');
    expect(written).toEqual([
      'Search: trial 2 of 5 pruned after 2 epochs, 1.3 s (cannot win any more): validation accuracy 70.00 %\n',
      'Search: trial 3 of 5 completed after 0 epochs, 1.3 s: validation accuracy 90.00 %, the best so far\n',
      'Search: trial 4 of 5 failed after 0 epochs, 1.3 s (the shapes do not fit)\n',
      'Search: trial 5 of 5 completed after 0 epochs, 1.3 s: validation accuracy 95.00 %, the best so far\n',
      'Search: 5 trials (1 of them before) in 1.0 s, best validation accuracy 95.00 % (trial 5)\n',
    ]);
  });
});
