import { type Dataset, PIXELS } from './dataset';

/**
 * Refuses what is no data set before native code sees it: arrays of another kind or length, labels without a class.
 *
 * @throws RangeError that says what must be otherwise.
 */
export function checkDataset(dataset: Dataset): void {
  const cure = '`await datasetFrom({ images, labels, classNames })` makes a data set of arrays of any kind.';
  const fail = (rule: string, came: string): never => {
    throw new RangeError(`${rule}, but got ${came}. ${cure}`);
  };
  if (typeof dataset !== 'object' || dataset === null) fail('A data set must be an object', describe(dataset));
  if (dataset instanceof Promise)
    throw new RangeError('A data set must be awaited, but got its promise: write `await` before it.');
  const { name, images, labels, classNames, size } = dataset;
  const of = typeof name === 'string' && name !== '' ? ` of ${name}` : '';
  if (!(images instanceof Uint8Array)) fail(`images${of} must be a Uint8Array`, describe(images));
  if (!(labels instanceof Uint8Array)) fail(`labels${of} must be a Uint8Array`, describe(labels));
  if (!Array.isArray(classNames)) fail(`classNames${of} must be a list`, describe(classNames));
  if (!Number.isInteger(size) || size < 0) fail(`size${of} must be a whole number of images`, describe(size));
  if (images.length !== size * PIXELS)
    fail(`images${of} must hold ${size} x ${PIXELS} = ${size * PIXELS} bytes`, `${images.length}`);
  if (labels.length !== size) fail(`labels${of} must hold one for each of ${size} images`, `${labels.length}`);
  checkLabels({ labels, classNames });
}

/** @throws RangeError for a label that has no name among `classNames`. */
export function checkLabels({ labels, classNames }: Pick<Dataset, 'labels' | 'classNames'>): void {
  const classes = classNames.length;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] < classes) continue;
    const least = labels.reduce((a, b) => Math.min(a, b), 255);
    const most = labels.reduce((a, b) => Math.max(a, b), 0);
    const cure =
      least === 1 && most === classes
        ? 'They begin at 1: subtract 1.'
        : '`await datasetFrom({ images, labels })` finds the classes that there are.';
    throw new RangeError(
      `labels must lie from 0 to ${classes - 1}, since there are ${classes} class names, but labels[${i}] is ` +
        `${labels[i]}. ${cure}`,
    );
  }
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return `${value}`;
  if (typeof value !== 'object') return JSON.stringify(value) ?? typeof value;
  return `a value of the type ${value.constructor?.name ?? 'object'}`;
}
