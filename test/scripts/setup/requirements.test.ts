import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(__dirname, '../../..');
const normalize = (name: string) => name.toLowerCase().replaceAll(/[-_.]+/g, '-');
/** Lines without comments; those that a package's hashes continue are joined. */
const read = (file: string) =>
  readFileSync(join(root, file), 'utf8')
    .replaceAll(/ *\\\n */g, ' ')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'));
const lines = read('requirements.txt');
const names = lines.map((line) => normalize(line.split('==')[0] ?? ''));

it('requirements.txt pins every package, once, with the hashes of its files', () => {
  for (const line of lines) {
    expect(line).toMatch(/^[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*( ; [^-]+)?( --hash=sha256:[0-9a-f]{64})+$/);
  }
  expect(new Set(names).size).toBe(names.length);
});

it('requirements.txt has what requirements.in asks for', () => {
  const pinned = lines.map((line) => normalize(line.split(' ')[0] ?? ''));
  expect(pinned).toEqual(expect.arrayContaining(read('requirements.in').map(normalize)));
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
