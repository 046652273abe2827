import { describe, expect, it } from 'vitest';
import { expandNumbers, linkReferences, parseCaption, renumber, type Targets } from '../../../scripts/notebook/captions';

describe('parseCaption', () => {
  it('reads number, what is seen, and the words after it', () => {
    expect(parseCaption('*Figure 3. What is seen: **much**.* More words.\nAnd more.')).toEqual({
      kind: 'figure',
      numbering: '3',
      numbers: ['3'],
      title: 'What is seen: **much**.',
      rest: 'More words.\nAnd more.',
    });
  });

  it('reads a colon, and a star that is no emphasis', () => {
    expect(parseCaption('*Figure 3: Mine with $x$ and 5 * 3 stars.* Rest')).toMatchObject({
      numbering: '3',
      title: 'Mine with $x$ and 5 * 3 stars.',
      rest: 'Rest',
    });
  });

  it('reads several numbers', () => {
    expect(parseCaption('*Tables 3a to 3d. Means.*')).toMatchObject({
      kind: 'table',
      numbering: '3a to 3d',
      numbers: ['3a', '3b', '3c', '3d'],
      rest: '',
    });
  });

  it.each(['Figure 3. No emphasis.', '**Figure 3. Bold.**', '*Figure three. Words.*', '*Note 3. Other.*', ''])(
    'takes %j for a paragraph like any other',
    (paragraph) => {
      expect(parseCaption(paragraph)).toBeUndefined();
    },
  );
});

it.each([
  ['4 and 5', ['4', '5']],
  ['1, 3 and 4', ['1', '3', '4']],
  ['2 to 5', ['2', '3', '4', '5']],
  ['3a to 3c', ['3a', '3b', '3c']],
])('expandNumbers: %s', (list, numbers) => {
  expect(expandNumbers(list)).toEqual(numbers);
});

it('renumber replaces every number of a list', () => {
  expect(renumber('3a to 3d', (number) => `2.${number}`)).toBe('2.3a to 2.3d');
});

describe('linkReferences', () => {
  const targets: Targets = {
    numbered: (kind, number, chapter = '1') =>
      number === '9' ? undefined : { href: `#${kind}-${chapter}-${number}`, label: `${chapter}.${number}` },
    chapter: (number) => (number === '9' ? undefined : `#chapter-${number}`),
    file: (path) => (path === '02-mlp.ipynb' ? '#chapter-2' : undefined),
  };

  it.each([
    ['see Figure 3.', 'see [Figure 1.3](#figure-1-3).'],
    ["than Figure 1's last step", "than [Figure 1.1](#figure-1-1)'s last step"],
    ['Tables 3a to 3c', '[Tables 1.3a](#table-1-3a) to [1.3c](#table-1-3c)'],
    // One number and a count that follows it.
    ['Figure 3 and 5 images', '[Figure 1.3](#figure-1-3) and 5 images'],
    ['Table 3 of notebook 2', '[Table 2.3](#table-2-3) of notebook 2'],
    ["notebook 2's Figure 1", "notebook 2's [Figure 2.1](#figure-2-1)"],
    ['Figure 3 of this notebook', '[Figure 1.3](#figure-1-3) of this notebook'],
    ['It costs $5, see Figure 3 for $6', 'It costs $5, see [Figure 1.3](#figure-1-3) for $6'],
    ['in notebook 4', 'in [notebook 4](#chapter-4)'],
    ['notebooks 2 and 3', 'notebooks [2](#chapter-2) and [3](#chapter-3)'],
    ['[Next](02-mlp.ipynb)', '[Next](#chapter-2)'],
  ])('%j leads to its place', (text, linked) => {
    expect(linkReferences(text, targets)).toBe(linked);
  });

  it.each([
    'Figure 9 and notebook 9',
    '`Figure 3`',
    '```ts\n// Figure 3\n```',
    '[Figure 3](https://example.org)',
    '<img alt="Figure 3">',
    'Figured 3, tables 4',
    'As Figure 1 of Cohen et al. shows',
    'Table 2 in [3] and Figure 3 in Krizhevsky',
    "Cohen's Figure 1, (LeCun 1998, Figure 2), [4], Table 3",
    '    an indented line of Figure 3',
    '~~~\nFigure 3\n~~~',
    'the formula $\\text{Figure 3}$ and $$Figure 3$$',
    '<style>/* Figure 3 */</style> <!-- Figure 3 --> <a href="x">Figure 3</a>',
    '[3]: https://example.org "Figure 3"',
    '[Figure 3][3]',
  ])('%j stays as it is', (text) => {
    expect(linkReferences(text, targets)).toBe(text);
  });
});
