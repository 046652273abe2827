import { expect, it } from 'vitest';
import type { ExperimentProgress } from '../../../lib/experiments/progress';
import { ExperimentView } from '../../../lib/notebook/experiment-view';

const state: ExperimentProgress = {
  title: 'Sizes',
  noun: 'training',
  planned: 6,
  found: 2,
  share: 0.5,
  running: '<b>300 images',
  measured: ['100 images: 50 %'],
};
const timing = { elapsed: 10, left: 10 };

it('says how far an experiment is, what it measured and what it measures', () => {
  const view = new ExperimentView();
  expect(view.measure(state)).toEqual({ done: 0.5, total: 1 });
  expect(view.describe(state, timing)).toBe(
    'Sizes ██████░░░░░░ 50 % · 10 s, 10 s left · 3 of 6 trainings, 2 of them before · <b>300 images',
  );
  const html = view.draw(state, timing);
  expect(html).toContain('100 images: 50 %');
  expect(html).toContain('&lt;b&gt;300 images');
  expect(html).not.toContain('<b>300');
  expect(view.takeEnded(state)).toEqual(['Sizes: 100 images: 50 %']);
  expect(view.takeEnded(state)).toEqual([]);
});

it('says how it ended', () => {
  const view = new ExperimentView();
  expect(view.summarize(state, 'interrupted', 5)).toBe('Sizes interrupted after 3 of 6 trainings (2 of them before), 5.0 s');
  expect(view.summarize({ ...state, found: 5 }, 'done', 5)).toBe('Sizes: 6 trainings (5 of them before) in 5.0 s');
  const known = { ...state, found: 6, measured: [] };
  expect(view.summarize(known, 'done', 0)).toBe('Sizes: 6 trainings, all of them from an earlier run');
});
