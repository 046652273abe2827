import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linkReferences } from '../../../scripts/notebook/captions';
import { gatherCoursework, requireSections, SECTIONS } from '../../../scripts/notebook/coursework';
import { listNotebooks, NOTEBOOKS } from '../../../scripts/notebook/folders';
import { type Cell, type Notebook, readNotebook, sourceOf } from '../../../scripts/notebook/notebook-file';
import { captionOf } from '../../../scripts/notebook/report-blocks';

const cell = (source: string, ...tags: string[]): Cell => ({ cell_type: 'markdown', metadata: { tags }, source });
const notebook = (...cells: Cell[]): Notebook => ({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
const told = (coursework: ReturnType<typeof gatherCoursework>) =>
  coursework?.sections.map(({ title, passages }) => [
    title,
    ...passages.map((passage) => [passage.notebook, ...passage.cells.map(({ source }) => source)]),
  ]);

describe('gatherCoursework', () => {
  it('puts tagged cells into their sections, in the order of sections, notebooks and cells', () => {
    const first = notebook(cell('r1', 'default-results'), cell('untagged'), cell('q', 'default-question'));
    const second = notebook(cell('r2', 'default-results'), cell('r3', 'default-results', 'slide'), cell('a', 'default-abstract'));
    expect(told(gatherCoursework([first, second]))).toEqual([
      ['Abstract', [1, 'a']],
      ['1 Question', [0, 'q']],
      ['2 Results', [0, 'r1'], [1, 'r2', 'r3']],
    ]);
  });

  it("lets the student's cells take the place of the default, section by section", () => {
    const first = notebook(cell('generated', 'default-abstract'), cell('found', 'default-results'));
    const second = notebook(cell('my own', 'abstract'), cell('more of mine', 'abstract'));
    expect(told(gatherCoursework([first, second]))).toEqual([
      ['Abstract', [1, 'my own', 'more of mine']],
      ['1 Results', [0, 'found']],
    ]);
  });

  it('takes the sections asked for alone, and numbers them anew', () => {
    const all = notebook(...SECTIONS.map(({ name, title }) => cell(title, `default-${name}`)));
    const some = gatherCoursework([all], { sections: ['conclusion', 'data'] });
    expect(told(some)).toEqual([
      ['1 Data', [0, 'Data']],
      ['2 Conclusion', [0, 'Conclusion']],
    ]);
    expect(gatherCoursework([all])?.sections).toHaveLength(SECTIONS.length);
  });

  it('refuses a section that no cell is tagged with, and one of a single notebook', () => {
    const notebooks = [notebook(cell('d', 'default-data')), notebook(cell('mine', 'limits'))];
    expect(() => requireSections(notebooks, ['data', 'limits'])).not.toThrow();
    expect(() => requireSections(notebooks)).not.toThrow();
    expect(() => requireSections(notebooks, ['data', 'results'])).toThrow(/no cell has the tag "results" or "default-results"/);
    expect(() => requireSections(notebooks.slice(0, 1), ['data'])).toThrow(/made of several notebooks/);
  });

  it('leaves code out on demand', () => {
    const models = notebook(cell('words', 'default-models'), cell('source', 'default-models', 'code'));
    expect(told(gatherCoursework([models]))).toEqual([['1 Models', [0, 'words', 'source']]]);
    expect(told(gatherCoursework([models], { code: false }))).toEqual([['1 Models', [0, 'words']]]);
  });

  it('is none where no cell is tagged with a section', () => {
    expect(gatherCoursework([notebook(cell('a', 'parameters')), notebook()])).toBeUndefined();
    expect(gatherCoursework([notebook(cell('a', 'default-data'))], { sections: ['limits'] })).toBeUndefined();
  });

  it('counts figures and tables through, whatever their numbers in the notebooks', () => {
    const first = notebook(cell('*Figure 7. A.*', 'default-results'), cell('*Table 2. B.*', 'default-data'));
    const second = notebook(
      cell('*Figures 1 and 2. C.*', 'default-results'),
      cell('*Tables 3a to 3c. D.*', 'default-results'),
      cell('*Figure 9. Not in it.*'),
    );
    const coursework = gatherCoursework([first, second]);
    const numbers = (
      [
        [0, 'table', '2'],
        [0, 'figure', '7'],
        [1, 'figure', '1'],
        [1, 'figure', '2'],
        [1, 'table', '3b'],
        [1, 'table', '3'],
        [1, 'figure', '9'],
        [0, 'figure', '1'],
      ] as const
    ).map(([at, kind, own]) => coursework?.number(at, kind, own));
    expect(numbers).toEqual(['1', '1', '2', '3', '2b', '2', undefined, undefined]);
  });
});

describe("the project's notebooks", () => {
  const notebooks = listNotebooks().map((name) => readNotebook(join(NOTEBOOKS, `${name}.ipynb`)));
  const coursework = gatherCoursework(notebooks);

  it('fill every section, and leave none out without code but what shows code', () => {
    expect(coursework?.sections.map(({ name }) => name)).toEqual(SECTIONS.map(({ name }) => name));
    expect(gatherCoursework(notebooks, { code: false })?.sections).toHaveLength(SECTIONS.length);
  });

  it('refer in the coursework to what stands in it', () => {
    const lost: string[] = [];
    let found = 0;
    for (const { notebook, cells } of coursework?.sections.flatMap(({ passages }) => passages) ?? []) {
      for (const cell of cells.filter(({ cell_type }) => cell_type === 'markdown')) {
        linkReferences(captionOf(sourceOf(cell)).rest, {
          numbered(kind, own, chapter) {
            const owner = chapter === undefined ? notebook : Number(chapter) - 1;
            if (coursework?.number(owner, kind, own) === undefined) lost.push(`${kind} ${own} of notebook ${owner + 1}`);
            else found++;
            return undefined;
          },
          chapter: (number) => void lost.push(`notebook ${number}`),
          file: (path) => void (path.endsWith('.ipynb') && lost.push(path)),
        });
      }
    }
    expect(lost).toEqual([]);
    expect(found).toBeGreaterThan(0);
  });

  it('ask the reader nothing in the coursework but its own question', () => {
    const asked = coursework?.sections
      .filter(({ name }) => name !== 'question')
      .flatMap(({ passages }) => passages.flatMap(({ cells }) => cells))
      .filter((cell) => cell.cell_type === 'markdown' && /\?(?![^(]*\))/.test(sourceOf(cell)))
      .map(sourceOf);
    expect(asked).toEqual([]);
  });
});
