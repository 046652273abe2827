import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readAblation } from '../../../lib/experiments/ablation';
import { readSearch } from '../../../lib/search/read-search';
import { RandomSearch } from '../../../lib/search/searches';
import { stripedImages } from '../training/striped-images';
import { buildSmall } from './searching/builders';

const root = mkdtempSync(join(tmpdir(), 'inkwell-read-search-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('readSearch', () => {
  it('reads what a search found, and leaves its folder as it is', async () => {
    const directory = join(root, 'search');
    const search = new RandomSearch(buildSmall, { directory, maxTrials: 2, folds: 2, seed: 0 });
    await search.run(stripedImages(40), { epochs: 1, batchSize: 16, title: null });
    const journal = readFileSync(join(directory, 'journal.jsonl'), 'utf8');
    const { objective, trials } = search;
    expect(readSearch(directory)).toEqual({ objective, strategy: 'random', folds: 2, executionsPerTrial: 1, trials });
    expect(trials).toHaveLength(2);
    expect(() => readAblation(directory)).toThrow(
      `directory must hold an ablation, but ${directory} holds a search of another kind (random)`,
    );
    expect(readFileSync(join(directory, 'journal.jsonl'), 'utf8')).toBe(journal);
  });

  it('says so where there is no search', () => {
    const directory = join(root, 'none');
    expect(() => readSearch(directory)).toThrow(`directory must hold a search, but ${directory} holds none; run`);
  });
});
