import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const BENCH = join(__dirname, '..', '..', 'bench');
const readLines = (file: string) =>
  readFileSync(join(BENCH, file), 'utf8')
    .replaceAll(' \\\n', ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

describe('bench/requirements.txt', () => {
  const lines = readLines('requirements.txt');

  it('has a hash of every package, as set-up installs none without', () => {
    expect(lines.length).toBeGreaterThan(40);
    for (const line of lines) expect(line).toMatch(/^[\w.-]+==[\w.]+( ; [^-]+)?( +--hash=sha256:[0-9a-f]{64})+$/);
  });

  it('has what requirements.in asks for, and no PyTorch, which is chosen by the user', () => {
    const pins = lines.map((line) => line.split(' ')[0].toLowerCase());
    for (const wanted of readLines('requirements.in').map((line) => line.toLowerCase().replaceAll('_', '-'))) {
      const found = pins.some((pin) => pin === wanted || pin.startsWith(`${wanted}==`));
      expect(found, wanted).toBe(true);
    }
    expect(pins.some((pin) => pin.startsWith('torch=='))).toBe(false);
    expect(readLines('requirements-torch.txt')).toEqual([expect.stringMatching(/^torch==[\d.]+$/)]);
  });
});
