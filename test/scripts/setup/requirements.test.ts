import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(__dirname, '../../..');
const normalize = (name: string) => name.toLowerCase().replaceAll(/[-_.]+/g, '-');
const lines = readFileSync(join(root, 'requirements.txt'), 'utf8')
  .split('\n')
  .filter((line) => line && !line.startsWith('#'));
const names = lines.map((line) => normalize(line.split('==')[0] ?? ''));

it('requirements.txt pins every package, once', () => {
  for (const line of lines) {
    expect(line).toMatch(/^[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*( ; sys_platform == '[a-z]+')?$/);
  }
  expect(new Set(names).size).toBe(names.length);
});

it.skipIf(!existsSync(join(root, '.venv/lib')))('requirements.txt names all that .venv holds', () => {
  const [python] = readdirSync(join(root, '.venv/lib'));
  const installed = readdirSync(join(root, '.venv/lib', python ?? '', 'site-packages'))
    .filter((name) => name.endsWith('.dist-info'))
    .map((name) => normalize(name.split('-')[0] ?? ''));
  const broughtByPython = ['pip', 'setuptools', 'wheel'];
  expect(installed).toContain('jupyterlab');
  expect(installed.filter((name) => ![...names, ...broughtByPython].includes(name))).toEqual([]);
});
