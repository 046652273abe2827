import { formatPercent } from '../base/words';
import { type Dataset, PIXELS } from '../data/dataset';
import type { Mistake } from '../evaluation/mistakes';
import type { Figure } from './figure';
import { drawMosaic } from './mosaic';
import { colors } from './template';

/**
 * The images of mistakes, such as `worstMistakes` or `findLabelIssues` give, in their order, under `true → predicted` and
 * the probability of the predicted class.
 *
 * `count` (default 24): how many at most. `columns`: images in a row, default 8.
 *
 * @throws RangeError where the mistakes are not those of this data set.
 */
export function mistakeGrid(
  dataset: Dataset,
  mistakes: readonly Mistake[],
  options: { count?: number; columns?: number; title?: string } = {},
): Figure {
  const { count = 24, columns = 8, title } = options;
  return drawMosaic(
    mistakes
      .slice(0, count)
      .map((mistake) => ({
        image: mistakenImage(dataset, mistake),
        label: `${mistake.trueClass} → ${mistake.predictedClass}  ${formatPercent(mistake.confidence)}`,
        color: colors.wrong,
        hover: describeMistake(mistake),
      })),
    { columns, title: mistakes.length === 0 ? 'No mistakes' : title },
  );
}

/** `image 7: true 0 (30.0 %), predicted O (60.0 %)`. */
export function describeMistake(mistake: Mistake): string {
  const { index, trueClass, predictedClass, trueProbability, confidence } = mistake;
  return (
    `image ${index}: true ${trueClass} (${formatPercent(trueProbability)}), ` +
    `predicted ${predictedClass} (${formatPercent(confidence)})`
  );
}

/** The image of a mistake, 784 grey levels. */
export function mistakenImage(dataset: Dataset, { index, trueClass }: Mistake): Uint8Array {
  const found = dataset.classNames[dataset.labels[index]];
  if (found !== trueClass) {
    throw new RangeError(
      `mistakes must be those of the data set "${dataset.name}" (${dataset.size} images), but image ${index} is to be ` +
        `of class ${trueClass} and ${found === undefined ? 'is not there' : `is of class ${found}`}. ` +
        'Give the data set that the model was evaluated on.',
    );
  }
  return dataset.images.subarray(index * PIXELS, (index + 1) * PIXELS);
}
