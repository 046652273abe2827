import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classificationReport } from '../../lib/evaluation/classification-report';
import { confusionMatrix } from '../../lib/evaluation/confusion-matrix';
import * as figures from '../../lib/figures';
import { makeDataset, makeHistory, makePredictions, makeTrial } from '../lib/figures/fixtures';
import { launchBrowser } from './jupyterlab';

/** What Plotly would read as HTML, as an entity, as a value of the hover text and as a formula. */
const NAMES = ['<script>alert(1)</script>', '<b>bold</b>', '&amp; &lt;', '%{x} $y$'];
const LABELS = [0, 1, 2, 3, 3];
const dataset = makeDataset(LABELS, NAMES);
const predictions = makePredictions(LABELS, [0, 1, 2, 3, 0], NAMES);
const models = NAMES.map((name) => ({ name, predictions }));
const matrix = confusionMatrix(predictions);
const interval = { low: 0.05, high: 0.95 };

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 960, height: 900 } });
  await page.setContent('<div id="figure"></div>');
  await page.addScriptTag({ content: readFileSync(createRequire(__filename).resolve('plotly.js-dist'), 'utf8') });
});
afterAll(() => browser?.close());

async function draw({ data, layout, config }: figures.Figure): Promise<void> {
  const plain = JSON.stringify([data, { ...layout, width: 900 }, config]);
  await page.evaluate(`Plotly.newPlot('figure', ...${plain})`);
}

/** All text that the figure shows, and what Plotly says of the point at a place of the figure. */
function readText(): Promise<string> {
  return page.evaluate(`[...document.querySelectorAll('#figure text')].map((text) => text.textContent).join('\\n')`);
}

/** Points at the middle of a place in data coordinates (categories by number), and returns the hover text. */
async function hover(x: number, y: number): Promise<string> {
  const [left, top] = (await page.evaluate(`(() => {
    const figure = document.getElementById('figure');
    const { xaxis, yaxis } = figure._fullLayout;
    const box = figure.getBoundingClientRect();
    return [box.left + xaxis._offset + xaxis.l2p(${x}), box.top + yaxis._offset + yaxis.l2p(${y})];
  })()`)) as [number, number];
  await page.mouse.move(5, 5);
  await page.mouse.move(left, top, { steps: 3 });
  const label = page.locator('#figure .hoverlayer .hovertext');
  await label.first().waitFor();
  return (await label.allTextContents()).join('\n');
}

describe('names show as text', () => {
  it.each<[string, figures.Figure]>([
    ['classCounts', figures.classCounts(dataset)],
    ['confusionMatrix', figures.confusionMatrix(matrix)],
    ['perClassScores', figures.perClassScores(classificationReport(predictions))],
    ['f1ByClass, classes', figures.f1ByClass([{ name: 'MLP', predictions }])],
    ['f1ByClass, models', figures.f1ByClass(models)],
    ['modelComparison', figures.modelComparison(models)],
    ['sampleGrid', figures.sampleGrid(dataset, { perClass: 1 })],
    ['classMeans', figures.classMeans(dataset)],
    ['imageGrid', figures.imageGrid(dataset.images, { labels: [...NAMES, ''] })],
    ['predictionGrid', figures.predictionGrid(dataset, predictions, { which: 'right' })],
    [
      'robustness',
      figures.robustness(NAMES.map((name) => ({ name, corruption: 'shift', strength: 1, accuracy: 0.5, interval }))),
    ],
    [
      'trainSizeCurve',
      figures.trainSizeCurve(
        Object.fromEntries(
          NAMES.map((name) => [name, [{ trainSize: 10, epochs: 1, accuracies: [0.5, 0.6], mean: 0.55, interval }]]),
        ),
      ),
    ],
    [
      'ablation',
      figures.ablation({
        objective: { name: 'valAccuracy', direction: 'max' },
        folds: 2,
        executionsPerTrial: 1,
        base: makeTrial(1, 0.5),
        effects: NAMES.map((name) => ({
          name,
          value: 1,
          trial: 2,
          score: 0.6,
          differences: [0.1, 0.1],
          difference: 0.1,
          interval,
        })),
      }),
    ],
    ['learningRateSchedules', figures.learningRateSchedules(NAMES.map((name) => ({ name, rates: [1, 2] })))],
  ])('in %s', async (_name, figure) => {
    await draw(figure);
    const text = await readText();
    for (const name of NAMES) expect(text).toContain(name);
  });

  it('when pointed at', async () => {
    await draw(figures.confusionMatrix(matrix));
    expect(await hover(0, 3)).toBe(`true ${NAMES[3]}, predicted ${NAMES[0]}: 1 images, 50.00% of true ${NAMES[3]}`);
    await draw(figures.classCounts(dataset));
    expect(await hover(2, 0.5)).toBe(`${NAMES[2]}: 1 images`);
    await draw(figures.modelComparison(models.slice(0, 2)));
    expect(await hover(0.8, 1)).toContain(`${NAMES[1]}: 80.00%, interval `);
    await draw(figures.learningRateSchedules([{ name: NAMES[3], rates: [1, 2, 3] }]));
    expect(await hover(1, 2)).toBe(`epochs trained 1: 2.00 (${NAMES[3]})`);
  });
});

describe('pictures', () => {
  it('tell at any point of an image which it is', async () => {
    await draw(figures.predictionGrid(dataset, predictions, { which: 'wrong' }));
    for (const [x, y] of [
      [18, 20],
      [5, 10],
      [31, 31],
    ]) {
      expect(await hover(x, y)).toBe(`image 4: true ${NAMES[3]} (0.0 %), predicted ${NAMES[0]} (0.0 %)`);
    }
  });
});

describe('learningCurves', () => {
  it('tells the range of several runs', async () => {
    await draw(figures.learningCurves([makeHistory(4), makeHistory(4)]));
    expect(await hover(2, 0.5)).toBe('epoch 2, training: mean 50.00%, 50.00% to 50.00% (2 runs)');
  });
});
