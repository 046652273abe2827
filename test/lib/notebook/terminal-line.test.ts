import { describe, expect, it } from 'vitest';
import { TerminalLine } from '../../../lib/notebook/terminal-line';

/** A line that writes into an array. */
function openLine(isTTY: boolean, columns = 40) {
  const written: string[] = [];
  const write = (text: string | Uint8Array) => written.push(String(text)) > 0;
  return { line: new TerminalLine({ write, isTTY, columns }), written };
}

describe('TerminalLine', () => {
  it('rewrites one line on a terminal, cut to its width, below the lines that stay', () => {
    const { line, written } = openLine(true, 6);
    line.rewrite('1 ██ of 2');
    line.print('longer than that');
    line.rewrite('2');
    line.rewrite();
    expect(written.join('')).toBe('1 ██ \r\x1b[2Klonger than that\n1 ██ \r\x1b[2K2\r\x1b[2K');
  });

  it('writes only the lines that stay elsewhere', () => {
    const { line, written } = openLine(false);
    line.rewrite('1 of 2');
    line.print('half');
    line.rewrite();
    expect(written).toEqual(['half\n']);
  });
});
