import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../scripts/notebook/parameters';
import { findNotebook, parseStartOptions } from '../../../scripts/notebook/start-options';

const available = ['01-preprocessing', '02-mlp-search', '03-cnn-search'];
const parse = (...args: string[]) => parseStartOptions(args, available);

describe('parseStartOptions', () => {
  it('runs everything as it stands by default', () => {
    expect(parse()).toEqual({
      help: false,
      execute: true,
      notebooks: available,
      settings: new Map(),
      report: { formats: ['html', 'pdf'], build: { code: true, appendix: false }, titlePage: {} },
    });
  });

  it('takes profile, data set, seed and any parameter', () => {
    const { settings } = parse('--profile', 'full', '--dataset=emnist47', '--seed', '0', '-p', 'trials=3', '-p', 'note=a=b');
    expect([...settings]).toEqual([
      ['profile', 'full'],
      ['dataset', 'emnist47'],
      ['seed', '0'],
      ['trials', '3'],
      ['note', 'a=b'],
    ]);
  });

  it('runs the notebooks asked for, in their own order', () => {
    expect(parse('--only', '03', '--only', '01-preprocessing.ipynb').notebooks).toEqual(['01-preprocessing', '03-cnn-search']);
  });

  it.each([
    [['--profil', 'full'], /'--profil'.*--help/s],
    [['02'], /got "02".*--only 02/],
    [['-p', 'trials'], /NAME=VALUE, but got "trials"/],
    [['-p', '3=4'], /NAME=VALUE, but got "3=4"/],
    [['--seed', '1.5'], /seed must be a whole number.*"1.5"/],
    [['--seed=-1'], /seed must be a whole number.*"-1"/],
    [['--seed', '1', '-p', 'seed=2'], /seed is set twice/],
    [['--no-execute'], /npm run report -- --no-execute/],
    [['--format', 'html,docx'], /--format must be html, pdf or both.*"html,docx"/],
    [['--format='], /--format must be html, pdf or both/],
    [['--only', '9'], /"9" must name one notebook, but fits none; there are 01-preprocessing/],
    [['--only', '0'], /fits 01-preprocessing and 02-mlp-search and 03-cnn-search/],
  ])('refuses %j', (args, message) => {
    expect(() => parse(...args)).toThrow(message);
    expect(() => parse(...args)).toThrow(UsageError);
  });
});

describe('parseStartOptions for npm run report', () => {
  const parseReport = (...args: string[]) => parseStartOptions(args, available, 'npm run report');

  it('takes names of notebooks and what the title page says', () => {
    const { notebooks, execute, report } = parseReport(
      ...['02', '--no-execute', '--no-code', '--format', 'pdf', '--title', 'T', '--course', 'ML'],
      ...['--author', 'Ada', '--author', 'Bob', '--date', 'May 2026'],
    );
    expect(notebooks).toEqual(['02-mlp-search']);
    expect(execute).toBe(false);
    expect(report).toEqual({
      formats: ['pdf'],
      build: { code: false, appendix: false },
      titlePage: { title: 'T', course: 'ML', authors: ['Ada', 'Bob'], date: 'May 2026' },
    });
  });

  it('refuses values for a run that there is not', () => {
    expect(() => parseReport('--no-execute', '--seed', '1')).toThrow(/got a value for seed\. Drop --no-execute/);
  });
});

describe('findNotebook', () => {
  it('prefers the whole name to a beginning', () => {
    expect(findNotebook('a', ['a', 'ab'])).toBe('a');
    expect(findNotebook('notebooks/ab.ipynb', ['a', 'ab'])).toBe('ab');
  });
});
