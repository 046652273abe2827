import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StatusLine } from '../../../scripts/notebook/status-line';

/** A line that writes into an array. */
function openLine(isTTY: boolean, columns = 40) {
  const written: string[] = [];
  const write = (text: string | Uint8Array) => written.push(String(text)) > 0;
  return { line: new StatusLine({ write, isTTY, columns }), written };
}

describe('StatusLine', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('rewrites one line on a terminal, cut to its width', () => {
    const { line, written } = openLine(true, 20);
    line.update('[1/4] 01', 'Classes', '', '3 s');
    line.update('[1/4] 01', 'Classes', '50 %', '4 s');
    line.print('done');
    line.end();
    expect(written.join('')).toBe(
      '[1/4] 01 · 3 s · Cl\r\x1b[2K[1/4] 01 · 4 s · 50\r\x1b[2Kdone\n[1/4] 01 · 4 s · 50\r\x1b[2K',
    );
    expect(written.every((text) => text.length <= 19)).toBe(true);
  });

  it('writes a line for each heading elsewhere, and progress twice a minute', () => {
    const { line, written } = openLine(false);
    for (let second = 0; second < 70; second++) {
      line.update('[1/4] 01', second < 5 ? 'Classes' : 'Search', `${second} %`, `${second} s`);
      vi.advanceTimersByTime(1000);
    }
    expect(written).toEqual([
      '  [1/4] 01 · Classes · 0 s\n',
      '  [1/4] 01 · Search · 5 s\n',
      '    35 % · 35 s\n',
      '    65 % · 65 s\n',
    ]);
  });
});
