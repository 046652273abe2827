import { crc32 } from 'node:zlib';
import type { Html } from '../base/media';
import { type Dataset, IMAGE_SIZE } from '../data/dataset';
import { classificationReport } from '../evaluation/classification-report';
import { confusionMatrix } from '../evaluation/confusion-matrix';
import type { ConfusedPair, ConfusionImages, Mistake } from '../evaluation/mistakes';
import type { Predictions } from '../evaluation/predictions';
import { describeMistake, mistakenImage } from '../figures/mistake-grid';
import { encodeEnlarged } from '../figures/mosaic';
import { round } from './table-cells';
import { escapeHtml, renderTable } from './table-view';

/** Screen pixels of an image's side: 16 of them and the words beside fit in a notebook's width. */
const SIDE = 40;
/** Picture pixels for each image pixel, each way: enough for `SIDE` at double density; more would cost kilobytes. */
const ENLARGED = 3;

/**
 * Pairs of confused classes, one a row, with images of both directions side by side: the error atlas. `classErrors` links
 * to its rows.
 *
 * `images` (default 8): how many of each direction at most, the most confident mistake first. Pointing at an image tells
 * its number and both probabilities.
 *
 * @throws RangeError where the pairs are not those of this data set, or `images` is not a whole number of at least 1.
 */
export function confusedPairs(dataset: Dataset, pairs: readonly ConfusedPair[], options: { images?: number } = {}): Html {
  const { images = 5 } = options;
  if (!(Number.isSafeInteger(images) && images >= 1)) {
    throw new RangeError(`images must be a whole number of at least 1, but got ${images}.`);
  }
  if (pairs.length === 0) return { html: '<p>No class was taken for another.</p>', text: 'No class was taken for another.' };
  const left = 'text-align: left';
  const cell = (direction: ConfusionImages) => {
    const pictures = direction.mistakes.slice(0, images).map((mistake) => drawImage(dataset, mistake));
    return (
      `<td style="${left}; vertical-align: top">${escapeHtml(describeDirection(direction))}` +
      `<div style="white-space: nowrap">${pictures.join('')}</div></td>`
    );
  };
  const rows = pairs.map((pair) => {
    const place = placeOf(pairs, pair);
    const name = escapeHtml(nameOf(pair));
    // A page finds the id; JupyterLab looks for the other, which it puts in the place of ids in outputs that it does not trust.
    return (
      `<tr id="${place}" data-jupyter-id="${place}"><th scope="row" style="${left}; white-space: nowrap">${name}</th>` +
      `<td style="text-align: right">${pair.count.toLocaleString('en-US')}</td>${pair.directions.map(cell).join('')}</tr>`
    );
  });
  const html = [
    '<table style="font-variant-numeric: tabular-nums">',
    `<thead><tr><th scope="col" style="${left}">pair</th><th scope="col" style="text-align: right">mistakes</th>`,
    `<th scope="col" style="${left}">true → predicted</th>`,
    `<th scope="col" style="${left}">the other way round</th></tr></thead>`,
    `<tbody>\n${rows.join('\n')}\n</tbody>\n</table>`,
  ].join('\n');
  const text = pairs.map((pair) => `${nameOf(pair)}: ${pair.directions.map(describeDirection).join('; ')}`).join('\n');
  return { html, text };
}

/**
 * One row a class: its images (`support`), precision and recall, and the class that it is most often taken for, with the
 * number of times. The names of classes that `pairs` shows lead to their row in `confusedPairs(dataset, pairs)`, where the
 * page has it: that of the pair with the class most often taken for, else the pair with most mistakes.
 *
 * @throws RangeError as `confusionMatrix` does.
 */
export function classErrors(predictions: Predictions, pairs: readonly ConfusedPair[] = []): Html {
  const { counts } = confusionMatrix(predictions);
  const { classes } = classificationReport(predictions);
  const links = new Map<string, string>();
  const rows = classes.map(({ className, support, precision, recall }, c) => {
    const mistakes = counts[c].map((count, p) => (p === c ? 0 : count));
    const times = Math.max(...mistakes);
    const other = times === 0 ? undefined : mistakes.indexOf(times);
    const shown = pairs.filter((pair) => pair.classes.includes(c));
    const pair = shown.find((each) => other !== undefined && each.classes.includes(other)) ?? shown.at(0);
    if (pair) links.set(className, `#${placeOf(pairs, pair)}`);
    const taken = other === undefined ? [null, null] : [predictions.classNames[other], times];
    return [className, support, round(precision), round(recall), ...taken];
  });
  const columns = ['class', 'support', 'precision', 'recall', 'most often taken for', 'times'].map((name, column) => ({
    name,
    values: rows.map((row) => row[column]),
  }));
  return renderTable({ columns, size: rows.length }, { maxRows: rows.length }, links);
}

/** `0 / O`. */
function nameOf({ directions: [{ trueClass, predictedClass }] }: ConfusedPair): string {
  return `${trueClass} / ${predictedClass}`;
}

/** `0 → O: 30 of 400 (7.5 %)`. */
function describeDirection({ trueClass, predictedClass, count, support, share }: ConfusionImages): string {
  const of = `${count.toLocaleString('en-US')} of ${support.toLocaleString('en-US')}`;
  return `${trueClass} → ${predictedClass}: ${of} (${(100 * share).toFixed(1)} %)`;
}

function drawImage(dataset: Dataset, mistake: Mistake): string {
  const png = encodeEnlarged(mistakenImage(dataset, mistake), IMAGE_SIZE, IMAGE_SIZE, ENLARGED).toString('base64');
  const words = escapeHtml(describeMistake(mistake));
  return (
    `<img class="inkwell-ink" src="data:image/png;base64,${png}" width="${SIDE}" height="${SIDE}" ` +
    `alt="image ${mistake.index}" title="${words}" style="display: inline-block; max-width: none; margin: 2px 2px 0 0">`
  );
}

/** The id of a pair's row: a page may show the pairs of several models. */
function placeOf(pairs: readonly ConfusedPair[], { classes }: ConfusedPair): string {
  const images = pairs.map(({ directions }) => directions.map(({ mistakes }) => mistakes.map(({ index }) => index)));
  return `pair-${crc32(JSON.stringify(images)).toString(16)}-${classes.join('-')}`;
}
