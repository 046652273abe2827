import { describe, expect, it } from 'vitest';
import { drawLiveChart, type LiveChart, niceTicks } from '../../../lib/notebook/live-chart';

function draw(series: LiveChart['series'], rest: Partial<LiveChart> = {}): string {
  const x = { title: 'Trial', range: [0, 10] } as const;
  return drawLiveChart({ x, y: { title: 'Score', share: false, range: [0, 1] }, ...rest, series });
}

/** The paths of a drawing but for the grid and the axes. */
function pathsOf(html: string): string[] {
  return Array.from(html.matchAll(/<path d="([^"]*)"/g), ([, path]) => path).slice(2);
}

describe('niceTicks', () => {
  it.each([
    [[0, 1], 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [[0.853, 0.981], 7, [0.86, 0.88, 0.9, 0.92, 0.94, 0.96, 0.98]],
    [[-3, 3], 4, [-2, 0, 2]],
    [[0.4, 1000.6], 8, [200, 400, 600, 800, 1000]],
    [[7, 7], 5, [7]],
  ] as const)('of %j, about %d: %j', (range, count, ticks) => {
    expect(niceTicks(range, count)).toEqual(ticks);
  });
});

describe('drawLiveChart', () => {
  it('draws lines, steps and dots where they belong', () => {
    const points = [
      [0, 0],
      [5, 0.5],
      [10, 1],
    ] as const;
    const series = (['line', 'steps', 'dots'] as const).map((kind) => ({ kind, color: 'red', points }));
    expect(pathsOf(draw(series))).toEqual(['M0 1000L500 500L1000 0', 'M0 1000H500V500H1000V0', 'M0 1000h0M500 500h0M1000 0h0']);
  });

  it('leaves out what is no number or out of range, and draws nothing of nothing', () => {
    const points = [
      [1, Number.NaN],
      [2, Number.POSITIVE_INFINITY],
      [3, 40],
      [20, 0.5],
    ] as const;
    expect(pathsOf(draw([{ kind: 'dots', color: 'red', points, name: 'trials' }]))).toEqual([]);
    expect(draw([], { y: { title: 'Score', share: true } })).not.toMatch(/NaN|Infinity|undefined/);
    const same = [{ kind: 'dots', color: 'red', points: [[1, 3]] }] as const;
    expect(draw(same, { y: { title: 'Score', share: false } })).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('cuts long series to some hundred points, the last among them', () => {
    const points = Array.from({ length: 100_000 }, (_, i) => [i / 10_000, (i % 100) / 100] as const);
    const html = draw([{ kind: 'dots', color: 'red', points }]);
    expect(html.length).toBeLessThan(15_000);
    expect(pathsOf(html)[0]).toMatch(/M1000 10h0$/);
  });

  it('escapes its texts, and writes shares as percent', () => {
    const series = [{ kind: 'dots', color: 'red', points: [[1, 0.5]], name: '<b>' }] as const;
    const html = draw(series, { y: { title: '<script>', share: true, range: [0, 1] } });
    expect(html).not.toMatch(/<b>|<script>/);
    expect(html).toContain('>60%<');
  });
});
