import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Cell,
  findTitle,
  headingsByCell,
  hiddenPartsOf,
  outputsOf,
  plainText,
  readNotebook,
  writeNotebook,
} from '../../../scripts/notebook/notebook-file';

const cell = (cell_type: Cell['cell_type'], source: string | string[], outputs?: Cell['outputs']): Cell => ({
  cell_type,
  metadata: {},
  source,
  ...(outputs === undefined ? {} : { outputs }),
});
const notebook = (...cells: Cell[]) => ({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });

describe('headingsByCell', () => {
  it('gives each cell the last heading before it, and takes no comment in code for one', () => {
    const cells = [
      cell('code', '# no heading'),
      cell('markdown', ['# Title\n', '\n', 'text']),
      cell('code', '1'),
      cell('markdown', '## The `fit` of **it** ##\n\n```sh\n# a comment\n```'),
      cell('code', '2'),
    ];
    expect(headingsByCell(notebook(...cells))).toEqual(['', 'Title', 'Title', 'The fit of it', 'The fit of it']);
  });
});

describe('findTitle', () => {
  it.each([
    ['text\n# A *title* ##\nmore', 'A *title*', 'text\n\nmore'],
    ['My title\n=======\n\nText', 'My title', '\n\nText'],
    ['```sh\n# a comment\n```\n# Title', 'Title', '```sh\n# a comment\n```\n'],
  ])('%j', (source, title, rest) => {
    expect(findTitle(source)).toEqual({ title, rest });
  });

  it.each(['## Section', '#No space', '```\n# a comment\n', 'a == b', '| a |\n|===|'])('finds none in %j', (source) => {
    expect(findTitle(source)).toBeUndefined();
  });
});

it('plainText takes the marks away and nothing else', () => {
  expect(plainText('**A** `b_c` of snake_case, _d_, $x_1 * x_2$ and [a link](https://example.org)')).toBe(
    'A b_c of snake_case, d, $x_1 * x_2$ and a link',
  );
});

describe('hiddenPartsOf', () => {
  it.each<[Cell['metadata'], string[]]>([
    [{ tags: ['remove-cell'] }, ['cell']],
    [{ tags: ['hide_input'] }, ['input']],
    [{ tags: ['remove-output', 'parameters'] }, ['outputs']],
    [{ jupyter: { source_hidden: true } }, ['input']],
    [{ jupyter: { outputs_hidden: true } }, ['outputs']],
    [{ collapsed: true }, ['outputs']],
    [{ tags: 'hide-input' as never }, []],
    [{}, []],
  ])('%j hides %j', (metadata, parts) => {
    const hidden = Object.entries(hiddenPartsOf({ cell_type: 'code', metadata, source: '' }));
    expect(hidden.flatMap(([part, isHidden]) => (isHidden ? [part] : []))).toEqual(parts);
  });
});

describe('outputsOf', () => {
  it('collects one MIME type in order', () => {
    const cells = [
      cell('code', '', [{ data: { a: 1, b: 2 } }, {}]),
      cell('markdown', ''),
      cell('code', '', [{ data: { a: 3 } }]),
    ];
    expect(outputsOf(notebook(...cells), 'a')).toEqual([1, 3]);
  });
});

describe('readNotebook', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'inkwell-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('reads what writeNotebook wrote', () => {
    const path = join(folder, 'a.ipynb');
    const written = notebook(cell('markdown', '# Ä'));
    writeNotebook(path, written);
    expect(readNotebook(path)).toEqual(written);
  });

  it.each(['{"cells": [', '{}'])('refuses %s', (text) => {
    const path = join(folder, 'b.ipynb');
    writeFileSync(path, text);
    expect(() => readNotebook(path)).toThrow(/b\.ipynb is not a notebook/);
  });
});
