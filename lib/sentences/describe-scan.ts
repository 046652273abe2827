import { escapeMarkdown } from '../base/markdown';
import { formatPercent } from '../base/words';
import { type EvaluatedModel, wilsonInterval } from '../evaluation/model-comparison';
import type { LabelledScan, Reading, UnlabelledScan } from '../scan/read-scan';

/**
 * What was found on a page of one's own and how well each model reads it, beside the test images; how to make such a page where
 * there is none.
 *
 * @param reads What `predict` gave of the page, by the models' names.
 * @param models The same models on the test images.
 */
export function describeScan(
  scan: UnlabelledScan | LabelledScan | undefined,
  reads: Readonly<Record<string, Reading>> = {},
  models: readonly EvaluatedModel[] = [],
): string {
  if (!scan) {
    return (
      'No page was given to read. `npm run sheet` writes a sheet with boxes to print; fill it in, photograph it, and set ' +
      '`scan` at the top of this notebook to the picture, or run `npm start -- --only 04-evaluation -p scan=photograph.jpg`.'
    );
  }
  const notes = scan.notes.map(escapeMarkdown).join(' ');
  if (!scan.labels) {
    return `${notes} What is written was not said, so nobody can tell how much is read rightly: give the text as \`labels\`.`;
  }
  const { labels, classNames, size } = scan;
  const scores = Object.entries(reads).map(([name, read]) => {
    const classes = read.column('class').values as readonly (string | number)[];
    const right = labels.reduce((count, label, i) => count + Number(`${classes[i]}` === classNames[label]), 0);
    const { low, high } = wilsonInterval(right, size);
    const other = models.find((model) => model.name === name);
    const beside = other ? `; of the test images ${formatPercent(other.predictions.accuracy)}` : '';
    return (
      `the ${escapeMarkdown(name)} reads ${formatPercent(right / size)} (${right} of ${size}; 95 % interval ` +
      `${formatPercent(low)} to ${formatPercent(high)}${beside})`
    );
  });
  return `${notes} Of the characters on the page ${scores.join(', ')}.`;
}
