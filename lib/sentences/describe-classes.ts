import { escapeMarkdown } from '../base/markdown';

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
 * What the names of a data set's classes say before any model is trained: letters of one class for both cases, and characters
 * among them that look alike; empty where there are neither, as among digits.
 */
export function describeClasses({ classNames }: { readonly classNames: readonly string[] }): string {
  const has = (name: string) => classNames.includes(name);
  const upper = classNames.filter((name) => /^[A-Z]$/.test(name));
  const hasLower = classNames.some((name) => /^[a-z]$/.test(name));
  const merged = hasLower ? upper.filter((name) => !has(name.toLowerCase())) : [];
  const alike = LOOK_ALIKE.map((group) => group.filter(has)).filter((group) => group.length > 1);
  return [
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
