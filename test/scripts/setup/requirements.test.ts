import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('requirements.txt pins every package, once', () => {
  const text = readFileSync(join(__dirname, '../../../requirements.txt'), 'utf8');
  const lines = text.split('\n').filter((line) => line && !line.startsWith('#'));
  for (const line of lines)
    expect(line).toMatch(/^[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*( ; sys_platform == '[a-z]+')?$/);
  const names = lines.map((line) => line.split('==')[0]?.toLowerCase().replaceAll('_', '-'));
  expect(new Set(names).size).toBe(names.length);
});
