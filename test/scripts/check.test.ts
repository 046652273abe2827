import { describe, expect, it } from 'vitest';
import { findNotebookFaults } from '../../scripts/check';

const clean = () => ({
  cells: [
    { cell_type: 'markdown', metadata: {} },
    { cell_type: 'code', metadata: { tags: ['parameters'] }, outputs: [] as unknown[], execution_count: null as number | null },
    { cell_type: 'code', metadata: {}, outputs: [] as unknown[], execution_count: null as number | null },
  ],
  metadata: { kernelspec: { name: 'inkwell' } },
});

describe('findNotebookFaults', () => {
  it('finds none in a clean notebook', () => {
    expect(findNotebookFaults(clean())).toEqual([]);
  });

  it('finds outputs and execution counts', () => {
    const notebook = clean();
    notebook.cells[1].outputs = [{ output_type: 'stream' }];
    notebook.cells[2].execution_count = 3;
    expect(findNotebookFaults(notebook)).toEqual([expect.stringMatching(/^2 cells hold outputs or execution counts/)]);
  });

  it('finds another kernel and missing parameters', () => {
    const notebook = clean();
    notebook.metadata.kernelspec.name = 'tslab';
    notebook.cells.splice(1, 1);
    expect(findNotebookFaults(notebook)).toEqual([expect.stringContaining('it is "tslab"'), expect.stringContaining('but 0 do')]);
  });
});
