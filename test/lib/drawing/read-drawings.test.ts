import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { readDrawings } from '../../../lib/drawing/read-drawings';
import { emptyFolder, makeImages } from '../data/samples';

interface Kept {
  add(label: string, levels: Uint8Array): void;
  toCsv(): string;
}

/** What the page collects, in a file. */
function save(labels: readonly string[], images: Uint8Array): string {
  const script = readFileSync('lib/drawing/page/kept-drawings.js', 'utf8');
  const kept = runInNewContext(`${script}; keptDrawings()`) as Kept;
  labels.forEach((label, i) => {
    kept.add(label, images.subarray(i * 784, (i + 1) * 784));
  });
  const file = join(emptyFolder(), 'drawings.csv');
  writeFileSync(file, kept.toCsv());
  return file;
}

it.each([
  { classNames: ['0', '1', 'A', 'b'], labels: ['A', '1', 'A'], classes: [2, 1, 2] },
  { classNames: ['0', '1', '2'], labels: ['2', '0'], classes: [2, 0] },
  { classNames: ['T-shirt, or "top"', 'Bag'], labels: ['T-shirt, or "top"', 'Bag'], classes: [0, 1] },
  { classNames: ['x', 'y'], labels: ['y'], classes: [1] },
])('reads again what the pad saved of the classes $classNames', async ({ classNames, labels, classes }) => {
  const images = makeImages(labels.length);
  const own = await readDrawings(save(labels, images), { like: { classNames } });
  expect([...own.labels]).toEqual(classes);
  expect(own.images).toEqual(images);
  expect(own).toMatchObject({ name: 'drawings.csv', classNames, size: labels.length });
});

it('names the line of a drawing of another class', async () => {
  const file = save(['1', 'A'], makeImages(2));
  await expect(readDrawings(file, { like: { classNames: ['0', '1'] } })).rejects.toThrow(/line 3.*classes 0 1, but got A/);
});
