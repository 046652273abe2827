import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeReport } from '../../../scripts/notebook/write-report';

vi.mock('../../../scripts/notebook/print-pdf', () => ({
  openPrinter: async () => ({}),
  printPdf: async () => {
    throw new Error('the browser gave no answer in 180 s\n  at print');
  },
}));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inkwell-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('writeReport', () => {
  it('leaves the HTML, and no PDF of an earlier run, where printing fails', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const target = join(folder, 'report');
    writeFileSync(`${target}.pdf`, 'of an earlier run');
    const notebook = {
      cells: [{ cell_type: 'markdown' as const, metadata: {}, source: '# A title' }],
      metadata: {},
      nbformat: 4,
      nbformat_minor: 5,
    };
    const options = { formats: ['pdf'] as const, code: true, titlePage: {} };
    const written = await writeReport([{ name: '01-a', notebook }], target, options);
    expect(written).toEqual([`${target}.html`]);
    expect(readFileSync(`${target}.html`, 'utf8')).toContain('A title');
    expect(existsSync(`${target}.pdf`)).toBe(false);
    expect(readdirSync(folder)).toEqual(['report.html']);
    expect(warn.mock.calls).toEqual([['No PDF of report, whose HTML is complete: the browser gave no answer in 180 s']]);
    warn.mockRestore();
  });
});
