import { describe, expect, it } from 'vitest';
import { importance, parallelCoordinates, searchComparison, searchHistory } from '../../../lib/figures';
import { varyingNames } from '../../../lib/figures/parallel-coordinates';
import { bestSoFar } from '../../../lib/figures/search-history';
import type { Trial } from '../../../lib/search/trial';
import { makePruned, makeTrial, valAccuracy } from './fixtures';

const trials = [
  makeTrial(1, 0.7, { optimizer: 'adam', adamLearningRate: 1e-3, units: 64, epochs: 2 }),
  makeTrial(2, Number.NaN, { optimizer: 'sgd', units: 512, epochs: 2 }),
  makeTrial(3, 0.9, { optimizer: 'sgd', units: 128, epochs: 2 }),
  makeTrial(4, 0.8, { optimizer: 'adam', adamLearningRate: 1e-2, units: 64, epochs: 2 }),
];
const search = { trials, objective: valAccuracy };
const valLoss = { name: 'valLoss', direction: 'min' } as const;

describe('searchHistory', () => {
  it('follows the best score, highest for accuracy and lowest for loss, without failed trials', () => {
    const scores = (objective: typeof valAccuracy) => bestSoFar({ trials, objective }).map(({ score }) => score);
    expect(scores(valAccuracy)).toEqual([0.7, 0.7, 0.9, 0.9]);
    expect(scores(valLoss)).toEqual([0.7, 0.7, 0.7, 0.7]);
    expect(searchHistory(search).data[1]).toMatchObject({ x: [1, 3, 4], y: [0.7, 0.9, 0.8] });
  });

  it('sets pruned trials apart, with their reason, and never counts them as the best', () => {
    const figure = searchHistory({ trials: [makePruned(1, 0.99), ...trials.slice(2)], objective: valAccuracy });
    expect(figure.data[0]).toMatchObject({ x: [3, 4], y: [0.9, 0.9] });
    expect(figure.data[1]).toMatchObject({ x: [3, 4], y: [0.9, 0.8] });
    expect(figure.data[2]).toMatchObject({
      name: 'pruned',
      x: [1],
      y: [0.99],
      text: ['trial 1, pruned after 2 epochs, 1 of 3 trainings scored<br>cannot win any more'],
      marker: { symbol: 'circle-open' },
    });
  });

  it('shows failed trials at the bottom, on an axis of their own, with the error as text', () => {
    const reason = '<script>alert(1)</script> & <b>bold</b>';
    const failed = makeTrial(5, Number.NaN, {}, { reason });
    const { data, layout } = searchHistory({ trials: [trials[0], failed], objective: valAccuracy });
    expect(data[2]).toMatchObject({
      name: 'failed',
      x: [5],
      y: [0.03],
      yaxis: 'y2',
      text: ['trial 5, failed 2 times<br>&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;bold&lt;/b&gt;'],
    });
    expect(layout.yaxis2).toMatchObject({ overlaying: 'y', range: [0, 1], visible: false });
  });

  describe("with the builder's own default", () => {
    const baseline = (score: number, parts: Partial<Trial> = {}) => ({
      trials: [makeTrial(1, score, {}, { origin: 'default', ...parts }), ...trials.slice(2)],
      objective: valAccuracy,
      timeline: [
        { trial: 1, status: 'completed', score, seconds: 10, epochs: 1 },
        { trial: 4, status: 'completed', score: 0.8, seconds: 40, epochs: 4 },
      ] as const,
    });

    it('draws a line at the score to beat, across the figure, and marks the trial', () => {
      const figure = searchHistory(baseline(0.75));
      const [line, best, completed, marker] = figure.data;
      expect(line).toMatchObject({ name: 'default', x: [0.4, 4.6], y: [0.75, 0.75], showlegend: false });
      expect(figure.layout.xaxis?.range).toEqual([0.4, 4.6]);
      expect(best).toMatchObject({ name: 'best so far', x: [1, 3, 4], y: [0.75, 0.9, 0.9] });
      expect(completed).toMatchObject({ x: [3, 4], y: [0.9, 0.8] });
      expect(marker).toMatchObject({
        name: 'default',
        x: [1],
        y: [0.75],
        text: ['trial 1 (default)'],
        marker: { symbol: 'triangle-down' },
      });
      expect(searchHistory(baseline(0.75), { by: 'seconds' }).data[0]).toMatchObject({ x: [0, 40] });
    });

    it('draws none where its score is no match, and keeps the cross of one that failed', () => {
      const pruned = searchHistory(baseline(0.5, { status: 'pruned', trainings: 3 })).data;
      expect(pruned.map(({ name }) => name)).toEqual(['best so far', 'completed', 'default, pruned']);
      expect(pruned[2]).toMatchObject({ y: [0.5], marker: { symbol: 'triangle-down-open' } });
      const failed = searchHistory(baseline(Number.NaN)).data;
      expect(failed.map(({ name }) => name)).toEqual(['best so far', 'completed', 'failed']);
      expect(JSON.stringify(failed[2])).toContain('trial 1 (default), failed 2 times');
    });
  });

  it('sets trials by the time at which they ended, those that are running apart', () => {
    const running = makeTrial(5, 0.99, {}, { status: 'running' });
    const timeline = [
      { trial: 1, status: 'paused', score: 0.5, seconds: 10, epochs: 1 },
      { trial: 3, status: 'completed', score: 0.9, seconds: 30, epochs: 4 },
      { trial: 2, status: 'failed', score: Number.NaN, seconds: 40, epochs: 5 },
      { trial: 1, status: 'completed', score: 0.7, seconds: 60, epochs: 8 },
    ] as const;
    const timed = { trials: [...trials.slice(0, 3), running], objective: valAccuracy, timeline };
    const { data, layout } = searchHistory(timed, { by: 'seconds' });
    // Trial 3 was the best at 30 s, and nothing better came until the end.
    expect(data[0]).toMatchObject({ name: 'best so far', x: [30, 60], y: [0.9, 0.9] });
    expect(data[1]).toMatchObject({ name: 'completed', x: [60, 30], y: [0.7, 0.9] });
    expect(data[2]).toMatchObject({ name: 'failed', x: [40] });
    expect(data).toHaveLength(3);
    expect(layout.xaxis?.title?.text).toBe('Training time (seconds)');
    const hours = timeline.map((entry) => ({ ...entry, seconds: 600 * entry.seconds }));
    const long = searchHistory({ ...timed, timeline: hours }, { by: 'seconds' });
    expect(long.layout.xaxis?.title?.text).toBe('Training time (hours)');
    expect(long.data[0]).toMatchObject({ x: [5, 10] });
  });

  it('is an empty figure with named axes before the first trial', () => {
    for (const by of ['trial', 'seconds'] as const) {
      const { data, layout } = searchHistory({ trials: [], objective: valAccuracy, timeline: [] }, { by });
      expect(data).toHaveLength(1);
      expect(data[0]).toMatchObject({ x: [] });
      expect(layout.yaxis?.title?.text).toBe('Validation accuracy');
    }
  });

  it('keeps a long reason to a few lines that mean themselves', () => {
    const reason = `Error: shape <3, 4> ${'is not what the layer above it expects '.repeat(20)}`;
    const trial = { ...makePruned(1, 0.5), reason };
    const figure = searchHistory({ trials: [...trials, trial], objective: valAccuracy });
    const [text] = (figure.data[2] as { text: string[] }).text;
    expect(text).toContain('shape &lt;3, 4&gt;');
    expect(text.split('<br>')).toHaveLength(5);
    expect(text.length).toBeLessThan(350);
  });

  it('leaves the scale to the others where a pruned loss was about to explode', () => {
    const losses = [0.4, 0.5, 0.6, 0.7, 0.8].map((loss, i) => makeTrial(i + 1, loss));
    const draw = (...pruned: number[]) =>
      searchHistory({ trials: [...losses, ...pruned.map((loss, i) => makePruned(i + 6, loss))], objective: valLoss });
    // The quartiles of all seven are 0.5 and 1.2, so above 1.2 + 3 * 0.7 is far out; 0.4 to 1.2 and 6 % on each side remain.
    const figure = draw(1.2, 900);
    expect(figure.data[2]).toMatchObject({ name: 'pruned (1 off the scale)', y: [1.2, 900] });
    expect(figure.layout.yaxis?.range).toEqual([expect.closeTo(0.352), expect.closeTo(1.248)]);
    expect(draw(1.2).layout.yaxis?.range).toBeUndefined();
    expect(draw(1.2).data[2]).toMatchObject({ name: 'pruned' });
  });

  it('takes a score that became null in a file for none', () => {
    const saved = JSON.parse(JSON.stringify({ trials, objective: valLoss })) as typeof search;
    saved.trials[1] = { ...saved.trials[1], status: 'pruned' };
    expect(searchHistory(saved).data[1]).toMatchObject({ y: [0.7, 0.9, 0.8] });
    expect(searchHistory(saved).data.map(({ name }) => name)).toEqual(['best so far', 'completed']);
  });

  it('names a metric of its own on the axis', () => {
    const { layout, data } = searchHistory({ trials, objective: { name: 'macro<F1>', direction: 'max' } });
    expect(layout.yaxis?.title?.text).toBe('macro&lt;F1&gt;');
    expect(layout.yaxis?.tickformat).toBeUndefined();
    expect((data[1] as { hovertemplate: string }).hovertemplate).toContain('.4~g');
  });

  it('shows the spread where there are folds', () => {
    const folded = { ...trials[0], scores: [0.6, 0.8], spread: 0.14 };
    const { data } = searchHistory({ trials: [folded], objective: valAccuracy });
    expect(data[1]).toMatchObject({ error_y: { array: [0.14] }, name: 'completed ± standard deviation' });
    expect(searchHistory(search).data[1]).not.toHaveProperty('error_y');
  });
});

describe('parallelCoordinates', () => {
  type Dimension = { label: string; values: number[]; tickvals: number[]; ticktext: string[] };
  const dimensions = (names?: string[]) =>
    (parallelCoordinates(search, { names }).data[0] as unknown as { dimensions: Dimension[] }).dimensions;

  it('shows what varies among completed trials, the most common first, and the score last', () => {
    expect(varyingNames(trials.filter((trial) => trial.status === 'completed'))).toEqual([
      'optimizer',
      'units',
      'adamLearningRate',
    ]);
    expect(dimensions().map((dimension) => dimension.label)).toEqual(['optimizer', 'units', 'adamLearningRate', 'valAccuracy']);
    expect(varyingNames(trials.slice(0, 1))).toHaveLength(4);
    expect(dimensions()[3].values).toEqual([0.7, 0.9, 0.8]);
  });

  it('leads trials that lack a hyperparameter through a tick of their own', () => {
    const [rate] = dimensions(['adamLearningRate']);
    expect(rate.ticktext).toEqual(['none', '0.001', '0.01']);
    expect(rate.values[0]).toBeCloseTo(-3, 12);
    expect(rate.values[1]).toBe(rate.tickvals[0]);
    expect(rate.values[1]).toBeLessThan(-3);
    expect(rate.values[2]).toBeCloseTo(-2, 12);
  });

  it('leaves out trials that were not trained to the end, and colours the lowest loss best', () => {
    const { data } = parallelCoordinates({ trials: [makePruned(5, 0.1), ...trials], objective: valLoss });
    expect(data[0]).toMatchObject({ line: { color: [0.7, 0.9, 0.8], reversescale: true } });
    expect(parallelCoordinates(search).data[0]).toMatchObject({ line: { reversescale: false } });
  });

  it('refuses names that no trial has, and searches without a completed trial', () => {
    expect(() => dimensions(['momentum'])).toThrow('but got "momentum". They have optimizer, adamLearningRate');
    const failed = { trials: [trials[1]], objective: valAccuracy };
    expect(() => parallelCoordinates(failed)).toThrow('none of its 1 trials is');
  });
});

describe('searchComparison', () => {
  const timeline = [
    { trial: 1, seconds: 10, epochs: 4, score: 0.7, status: 'completed' as const },
    { trial: 2, seconds: 15, epochs: 6, score: 0.95, status: 'pruned' as const },
    { trial: 3, seconds: 25, epochs: 10, score: 0.6, status: 'completed' as const },
    { trial: 4, seconds: 40, epochs: 14, score: 0.8, status: 'completed' as const },
    { trial: 5, seconds: 45, epochs: 16, score: Number.NaN, status: 'failed' as const },
  ];
  const timed = { ...search, timeline };

  it('steps up at each completed trial that became the best, and goes on to the end of the search', () => {
    // Trial 2 is pruned and trial 3 no better: they take time and give no step.
    const { data } = searchComparison({ random: timed });
    expect(data[0]).toMatchObject({ name: 'random', x: [10, 40, 45], y: [0.7, 0.8, 0.8] });
    expect((data[0] as { marker: { size: number[] } }).marker.size).toEqual([9, 9, 0]);
    expect(searchComparison({ random: timed }, { by: 'epochs' }).data[0]).toMatchObject({ x: [4, 14, 16] });
  });

  it('steps down for a loss', () => {
    const { data } = searchComparison({ random: { ...timed, objective: valLoss } });
    expect(data[0]).toMatchObject({ x: [10, 25, 45], y: [0.7, 0.6, 0.6] });
  });

  it('counts long searches in minutes, and a search without a completed trial as an empty line', () => {
    const long = { ...timed, timeline: timeline.map((entry) => ({ ...entry, seconds: 60 * entry.seconds })) };
    const { data, layout } = searchComparison({ random: long, TPE: { ...timed, timeline: [timeline[1]] } });
    expect(layout.xaxis?.title?.text).toBe('Training time (minutes)');
    expect(data[0]).toMatchObject({ x: [10, 40, 45] });
    expect(data[1]).toMatchObject({ name: 'TPE', x: [] });
  });

  it('refuses nothing to compare, and scores that cannot be compared', () => {
    expect(() => searchComparison({})).toThrow('at least one search');
    expect(() => searchComparison({ TPE: { ...timed, timeline: [] } })).toThrow('none of them does');
    expect(() => searchComparison({ a: timed, b: { ...timed, objective: valLoss } })).toThrow(
      '"a" has valAccuracy (max) and "b" has valLoss (min)',
    );
  });
});

describe('importance', () => {
  it('draws the largest share on top', () => {
    const { data, layout } = importance([
      { name: 'units', importance: 0.25, trials: 20 },
      { name: 'learningRate', importance: 0.7, trials: 12 },
      { name: 'l2', importance: 0.05, trials: 20 },
    ]);
    expect(data[0]).toMatchObject({
      y: ['learningRate', 'units', 'l2'],
      x: [0.7, 0.25, 0.05],
      text: ['70 % (12 trials)', '25 %', '5.0 %'],
      customdata: [12, 20, 20],
    });
    expect(layout.yaxis?.autorange).toBe('reversed');
  });

  it('refuses an empty list', () => {
    expect(() => importance([])).toThrow('at least one hyperparameter');
  });
});
