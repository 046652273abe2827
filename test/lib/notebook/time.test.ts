import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { formatDuration, formatSeconds, TaskClock } from '../../../lib/notebook/time';

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

describe('formatSeconds', () => {
  it.each([
    [0.04, '0.0 s'],
    [9.94, '9.9 s'],
    [9.96, '10 s'],
    [187, '3:07'],
  ])('%d s is %s', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });
});

describe('TaskClock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** What is left after these measurements, each `seconds` after the one before. */
  function follow(measurements: readonly (readonly [seconds: number, done: number])[], total: number) {
    const clock = new TaskClock();
    return measurements.map(([seconds, done]) => {
      vi.advanceTimersByTime(1000 * seconds);
      return clock.measure(done, total).left;
    });
  }

  it('tells what is left by the rate, when a second has passed', () => {
    const measured = follow(
      [
        [0, 0],
        [0.5, 0],
        [29, 5],
      ],
      10,
    );
    expect(measured).toEqual([undefined, undefined, 29]);
  });

  it('does not count what was done before', () => {
    expect(
      follow(
        [
          [0, 8],
          [60, 9],
        ],
        10,
      )[1],
    ).toBe(60);
  });

  it('goes by the later half of the time', () => {
    // 10 a second for 10 s, then 1 a second for 30 s: 20 more take 20 s.
    const fast = Array.from({ length: 10 }, (_, i) => [1, 10 * (i + 1)] as const);
    const slow = Array.from({ length: 30 }, (_, i) => [1, 101 + i] as const);
    expect(follow([[0, 0], ...fast, ...slow], 150).at(-1)).toBeCloseTo(20);
  });

  it('is never negative nor NaN, and unknown without a total or without steps', () => {
    const leftAfter10 = (done: number, total: number) =>
      follow(
        [
          [0, 0],
          [10, done],
        ],
        total,
      )[1];
    expect(leftAfter10(12, 10)).toBe(0);
    expect(leftAfter10(0, 0)).toBeUndefined();
    expect(leftAfter10(5, Number.POSITIVE_INFINITY)).toBeUndefined();
    // A plan that shrinks below what was done.
    expect(
      follow(
        [
          [0, 5],
          [10, 4],
        ],
        10,
      )[1],
    ).toBeUndefined();
  });
});
