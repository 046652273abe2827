import { describe, expect, it } from 'vitest';
import { StatusLine } from '../../../scripts/notebook/status-line';

/** A line that writes into an array. */
function openLine(isTTY: boolean, columns = 40) {
  const written: string[] = [];
  const write = (text: string | Uint8Array) => written.push(String(text)) > 0;
  return { line: new StatusLine({ write, isTTY, columns }), written };
}

describe('StatusLine', () => {
  it('rewrites one line on a terminal, cut to its width', () => {
    const { line, written } = openLine(true, 20);
    line.update('[1/4] 01', 'Classes', '', '3 s');
    line.update('[1/4] 01', 'Classes', '50 %', '4 s');
    line.print('done');
    line.end();
    expect(written.join('')).toBe('[1/4] 01 · 3 s · Cl\r\x1b[2K[1/4] 01 · 4 s · 50\r\x1b[2Kdone\n[1/4] 01 · 4 s · 50\r\x1b[2K');
    expect(written.every((text) => text.length <= 19)).toBe(true);
  });

  it('writes a line for each heading and for what ended elsewhere', () => {
    const { line, written } = openLine(false);
    line.update('[1/4] 01', 'Classes', '', '0 s');
    line.update('[1/4] 01', 'Classes', '', '1 s');
    line.update('[1/4] 01', 'Search', '10 %', '5 s');
    line.note('trial 1 completed', '6 s');
    line.update('[1/4] 01', 'Search', '20 %', '7 s');
    line.end();
    expect(written).toEqual(['  [1/4] 01 · Classes · 0 s\n', '  [1/4] 01 · Search · 5 s\n', '    trial 1 completed · 6 s\n']);
  });

  it('leaves what ended to the running line on a terminal', () => {
    const { line, written } = openLine(true);
    line.note('trial 1 completed', '6 s');
    expect(written).toEqual([]);
  });
});
