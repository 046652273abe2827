import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Display } from '../../src/notebook/kernel';
import { drawProgress, formatDuration, PROGRESS_ID } from '../../src/notebook/progress';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A task and all that it wrote. */
function openTask() {
  const written: Display[] = [];
  const task = drawProgress('Search', (display) => written.push(display));
  return { task, written, texts: () => written.map(({ data }) => data['text/plain']) };
}

const progress = (done: number, details: string[] = []) => ({ title: 'Search', done, total: 10, details });

describe('formatDuration', () => {
  it.each([
    [0.4, '0 s'],
    [59.4, '59 s'],
    [59.6, '1:00'],
    [187, '3:07'],
    [3765, '1:02:45'],
  ])('%d s is %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe('drawProgress', () => {
  it('adds one output and changes it in place', () => {
    const { task, written } = openTask();
    task.update(progress(1));
    vi.advanceTimersByTime(200);
    task.update(progress(2));
    task.end('done');
    expect(written.map(({ update }) => update)).toEqual([false, true, true]);
    expect(new Set(written.map(({ displayId }) => displayId)).size).toBe(1);
    expect(written[0]?.displayId?.startsWith(PROGRESS_ID)).toBe(true);
  });

  it('says how far it is, how long it took and how long it will take', () => {
    const { task, texts } = openTask();
    task.update(progress(0));
    vi.advanceTimersByTime(30_000);
    task.update(progress(5, ['epoch 2 of 5']));
    expect(texts()).toEqual([
      'Search ░░░░░░░░░░░░░░░░░░░░ 0 % · 0 of 10 · 0 s',
      'Search ██████████░░░░░░░░░░ 50 % · 5 of 10 · 30 s (30 s left) · epoch 2 of 5',
    ]);
  });

  it('makes no share and no guess of an unknown total', () => {
    const { task, texts } = openTask();
    task.update({ ...progress(0), total: Number.POSITIVE_INFINITY });
    vi.advanceTimersByTime(30_000);
    task.update({ ...progress(5), total: Number.POSITIVE_INFINITY });
    task.end('interrupted');
    expect(texts()).toEqual([
      'Search ░░░░░░░░░░░░░░░░░░░░ 0 s',
      'Search ░░░░░░░░░░░░░░░░░░░░ 30 s',
      '■ Search: interrupted after 5, 30 s',
    ]);
  });

  it('does not take steps of an earlier run for fast ones', () => {
    const { task, texts } = openTask();
    task.update(progress(8));
    vi.advanceTimersByTime(60_000);
    task.update(progress(9));
    expect(texts()[1]).toContain('(1:00 left)');
  });

  it('draws at most ten times a second, and the last state always', () => {
    const { task, texts } = openTask();
    for (let i = 0; i < 1000; i++) {
      task.update({ title: 'Search', done: i, total: 1000, details: [] });
      vi.advanceTimersByTime(1);
    }
    expect(texts().length).toBeGreaterThan(5);
    expect(texts().length).toBeLessThanOrEqual(11);
    vi.advanceTimersByTime(100);
    expect(texts().at(-1)).toContain('999 of 1,000');
  });

  it.each([
    ['done', '✓ Search: 1:00 · best 0.9'],
    ['interrupted', '■ Search: interrupted after 4 of 10, 1:00 · best 0.9'],
    ['failed', '✗ Search: failed after 4 of 10, 1:00 · best 0.9'],
  ] as const)('ends as one line: %s', (outcome, line) => {
    const { task, texts } = openTask();
    vi.advanceTimersByTime(60_000);
    task.update(progress(3));
    task.update(progress(4, ['best 0.9']));
    task.end(outcome);
    vi.advanceTimersByTime(1000);
    expect(texts()).toHaveLength(2);
    expect(texts().at(-1)).toBe(line);
  });

  it('escapes its words', () => {
    const { task, written } = openTask();
    task.update({ title: '<b>', done: 0, total: 1, details: ['<i>'] });
    task.end('done');
    for (const { data } of written) expect(data['text/html']).not.toMatch(/<b>|<i>/);
  });
});
