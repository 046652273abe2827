import { escapeMarkdown } from '../base/markdown';
import { formatCount } from '../base/words';
import { citeDataset } from '../data/cite-dataset';
import type { Dataset, LoadedDataset } from '../data/dataset';

/** What a data set is, or its training part: name, who made it where that is known, source, sizes and number of classes. */
export function describeDataset(dataset: Dataset | LoadedDataset): string {
  const { name, source, classNames } = dataset;
  const images =
    'test' in dataset
      ? `${formatCount(dataset.train.size)} training and ${formatCount(dataset.test.size)} test images`
      : `${formatCount(dataset.size)} training images`;
  const citation = citeDataset(name);
  const cited = citation === undefined ? '' : ` ([${citation.label}](${citation.url} "${citation.entry}"))`;
  return `**${escapeMarkdown(name)}**${cited}, from ${escapeMarkdown(source)}: ${images} in ${classNames.length} classes.`;
}
