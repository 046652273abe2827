import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LoadedDataset } from '../../lib/data/dataset';
import { classificationReport } from '../../lib/evaluation/classification-report';
import * as figures from '../../lib/figures';
import { renderFigure } from '../../lib/notebook/render-figure';
import { describeAblation } from '../../lib/sentences/describe-ablation';
import { describeComparison } from '../../lib/sentences/describe-comparison';
import { describeDataset } from '../../lib/sentences/describe-dataset';
import { describeFinding } from '../../lib/sentences/describe-finding';
import { describeBest, describeImportance } from '../../lib/sentences/describe-search';
import { describeTrainedAlike } from '../../lib/sentences/describe-trained-alike';
import { renderTable } from '../../lib/tables/table-view';
import { publishedResults } from '../../lib/tables/tables';
import type { Output } from '../../scripts/notebook/notebook-file';
import { writeReport } from '../../scripts/notebook/write-report';
import { describeBudget } from '../../src/study/describe-budget';
import { makeDataset, makePredictions, makeTrial, valAccuracy } from '../lib/figures/fixtures';
import { launchBrowser } from './jupyterlab';

/** A name that runs what it says wherever it is taken for HTML; the backslash would undo one that Markdown escapes. */
const EVIL = '\\<img src=x onerror="attacked=1"><script>attacked=1</script>';

const dataset = { ...makeDataset([0, 1, 1], [EVIL, 'b']), name: EVIL, source: EVIL };
const loaded = { ...dataset, train: dataset, test: dataset, files: [] } as unknown as LoadedDataset;
const predictions = makePredictions([0, 1, 1], [0, 1, 1], [EVIL, 'b']);
const worse = makePredictions([0, 1, 1], [1, 0, 0], [EVIL, 'b']);
const trials = [
  ...Array.from({ length: 12 }, (_, i) => makeTrial(i + 1, 0.5 + i / 100, { [EVIL]: i % 2 ? EVIL : 'plain' })),
  makeTrial(13, Number.NaN, { [EVIL]: EVIL }, { reason: EVIL }),
];
const search = { objective: valAccuracy, trials, folds: 1, executionsPerTrial: 1 };
const interval = { low: -0.1, high: 0.2 };
const ablation = {
  objective: valAccuracy,
  folds: 3,
  executionsPerTrial: 1,
  base: makeTrial(1, 0.5, { [EVIL]: EVIL }),
  effects: [
    { name: EVIL, value: EVIL, trial: 2, score: 0.6, differences: [0.1], difference: 0.1, interval },
    ...[{ name: EVIL, value: 'c', trial: 3, score: Number.NaN, differences: [], difference: 0, interval }].map((effect) => ({
      ...effect,
      reason: EVIL,
    })),
  ],
};
const budget = {
  trials: 1,
  folds: 1,
  searchEpochs: 1,
  epochs: 1,
  searchImages: 1,
  trainImages: 1,
  augment: false,
  cuts: [`Class ${EVIL} is rare.`],
};

const sentences = {
  describeDataset: describeDataset(loaded),
  describeBudget: describeBudget(budget, dataset, budget.cuts),
  describeImportance: describeImportance({ ...search, importance: () => [{ name: EVIL, importance: 1, trials: 12 }] }),
  describeAblation: describeAblation(ablation, EVIL),
  describeBest: describeBest({ [EVIL]: search }),
  describeComparison: describeComparison([
    { name: EVIL, predictions },
    { name: 'other', predictions: worse },
  ]),
  describeFinding: describeFinding(EVIL, ablation, EVIL),
  describeTrainedAlike: describeTrainedAlike({
    winner: { evaluated: { name: EVIL, predictions } },
    baseline: { evaluated: { name: 'other', predictions: worse } },
  }),
  publishedResults: (publishedResults(EVIL, [{ name: EVIL, predictions }]) as { markdown: string }).markdown,
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inkwell-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('a report shows what comes from data as text, wherever it stands', async () => {
  const shown = (data: Record<string, unknown>) => ({ output_type: 'display_data' as const, metadata: {}, data });
  const figure = async (value: figures.Figure) => shown((await renderFigure(value, { picture: false })).data);
  const table = renderTable({ columns: [{ name: EVIL, values: [EVIL, EVIL] }], size: 2 });
  const outputs: object[] = [
    ...Object.values(sentences).map((markdown) => shown({ 'text/markdown': markdown })),
    shown({ 'text/html': table.html }),
    shown({ 'text/plain': EVIL }),
    { output_type: 'stream', name: 'stdout', text: EVIL },
    { output_type: 'error', ename: 'Error', evalue: EVIL, traceback: [EVIL] },
    await figure(figures.classCounts(dataset)),
    await figure(figures.perClassScores(classificationReport(predictions))),
    await figure(figures.slicePlot(search)),
    await figure(figures.searchHistory(search)),
    await figure(figures.ablation(ablation)),
  ];
  const notebook = {
    cells: [{ cell_type: 'code' as const, metadata: {}, execution_count: 1, source: `// ${EVIL}`, outputs: outputs as Output[] }],
    metadata: { authors: [{ name: EVIL }] },
    nbformat: 4,
    nbformat_minor: 5,
  };
  const titlePage = { title: EVIL, course: EVIL, date: EVIL, authors: [EVIL] };
  const target = join(folder, 'report');
  await writeReport([{ name: '01-a', notebook }], target, { formats: ['html'] as const, titlePage });

  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(`${target}.html`).href);
    await expect.poll(() => page.evaluate('Number(document.body.dataset.drawn)')).toBe(5);
    expect(await page.evaluate('typeof attacked')).toBe('undefined');
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    const words = (await page.locator('.markdown').allTextContents()).map((text) => text.includes('<img src=x'));
    expect(words).toEqual(Object.keys(sentences).map(() => true));
    for (const place of ['.authors', '.course', '.date', '.title-page h1', '.error', '.output .html table', '.stream']) {
      expect(await page.locator(place).first().textContent(), place).toContain('<script>attacked=1</script>');
    }
  } finally {
    await browser.close();
  }
}, 60_000);
