import { escapeMarkdown } from '../base/markdown';
import { formatCount, plural } from '../base/words';
import type { Dataset } from '../data/dataset';
import { classCounts } from '../data/statistics';

/** Characters that people tell apart by the word around them. */
const LOOK_ALIKE: readonly (readonly string[])[] = [
  ['0', 'O', 'o'],
  ['1', 'I', 'L', 'i', 'l'],
  ['9', 'g', 'q'],
  ['5', 'S', 's'],
  ['2', 'Z', 'z'],
  ['8', 'B'],
];

/**
 * What a data set's classes say before any model is trained: how many images they have, and by their names letters of one class
 * for both cases, and characters that look alike.
 */
export function describeClasses({ classNames, labels }: Pick<Dataset, 'classNames' | 'labels'>): string {
  const has = (name: string) => classNames.includes(name);
  const upper = classNames.filter((name) => /^[A-Z]$/.test(name));
  const hasLower = classNames.some((name) => /^[a-z]$/.test(name));
  const merged = hasLower ? upper.filter((name) => !has(name.toLowerCase())) : [];
  const alike = LOOK_ALIKE.map((group) => group.filter(has)).filter((group) => group.length > 1);
  return [
    describeCounts({ classNames, labels }),
    ...(merged.length > 0
      ? [
          `${merged.length} of the ${upper.length} capitals have no class of small letters beside them (${merged.join(', ')}): ` +
            'one class holds both cases, which look alike.',
        ]
      : []),
    ...(alike.length > 0
      ? [
          `Some classes are told apart by the word around them, which no model sees here: ${escapeMarkdown(
            alike.map((group) => `${group.slice(0, -1).join(', ')} and ${group[group.length - 1]}`).join('; '),
          )}.`,
        ]
      : []),
  ].join(' ');
}

/** How many images the classes have, from the fewest to the most. */
function describeCounts(dataset: Pick<Dataset, 'classNames' | 'labels'>): string {
  const { classNames } = dataset;
  const counts = classCounts(dataset);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  if (least === most) return `Each class has ${plural(least, 'image')}.`;
  const nameOf = (count: number) => escapeMarkdown(classNames[counts.indexOf(count)]);
  return `The classes have from ${formatCount(least)} (${nameOf(least)}) to ${formatCount(most)} images (${nameOf(most)}).`;
}
