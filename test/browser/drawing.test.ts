import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dataset, PIXELS } from '../../lib/data/dataset';
import { loadDataset } from '../../lib/data/load-dataset';
import { takeSubset } from '../../lib/data/split';
import { drawingPad } from '../../lib/drawing/drawing-pad';
import { type QuantizedModel, quantizeModel } from '../../lib/drawing/quantize';
import { readDrawings } from '../../lib/drawing/read-drawings';
import { HyperParameters } from '../../lib/search/space/hyperparameters';
import type * as tf from '../../lib/tensorflow';
import { evaluate } from '../../lib/training/evaluate';
import { fit } from '../../lib/training/fit';
import { buildCnn } from '../../src/models/cnn';
import { buildMlp } from '../../src/models/mlp';
import { cnnValues, mlpValues } from '../src/models/configurations';
import { A, answers, draw, findPad, SEVEN } from './drawn-strokes';
import { launchBrowser } from './jupyterlab';

let browser: Browser;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'inkwell-drawing-'));
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** An MLP and a CNN, with every kind of layer between them, trained for some seconds. */
async function train(dataset: Dataset, epochs: number): Promise<{ MLP: tf.LayersModel; CNN: tf.LayersModel }> {
  const data = { classNames: dataset.classNames, seed: 0 };
  const values = { ...cnnValues, optimizer: 'adam', adamLearningRate: 0.002, schedule: 'constant' };
  const models = {
    MLP: buildMlp(HyperParameters.from({ ...mlpValues, batchNormalization: true }), data),
    CNN: buildCnn(HyperParameters.from(values), data),
  };
  for (const model of Object.values(models)) await fit(model, dataset, { epochs, title: null });
  return models;
}

function writePage(name: string, body: string): string {
  const path = join(folder, `${name}.html`);
  const head = '<meta charset="utf-8"><link rel="icon" href="data:,">';
  writeFileSync(path, `<!DOCTYPE html><html><head>${head}</head><body>${body}</body></html>`);
  return pathToFileURL(path).href;
}

/** Opens a page that reaches nothing but its own file. `problems` holds what it asked for and complained of. */
async function openPage(url: string, options: BrowserContextOptions = {}, before?: string) {
  const context = await browser.newContext({ viewport: { width: 1000, height: 800 }, ...options });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  await page.route(
    () => true,
    (route) => {
      if (route.request().url() === url) return route.continue();
      problems.push(route.request().url());
      return route.abort();
    },
  );
  if (before !== undefined) await page.addInitScript(before);
  await page.goto(url);
  return { page, problems };
}

describe('the drawing pad with MNIST', () => {
  let test: Dataset;
  let models: { MLP: tf.LayersModel; CNN: tf.LayersModel };
  let url: string;

  beforeAll(async () => {
    const mnist = await loadDataset('mnist', { directory: folder });
    test = takeSubset(mnist.test, 1000);
    models = await train(takeSubset(mnist.train, 8000), 3);
    const { html } = await drawingPad(models, test);
    url = writePage('mnist', `${html}<p>Once more:</p>${html}`);
  }, 120_000);

  afterAll(() => {
    for (const model of Object.values(models ?? {})) model.dispose();
  });

  it('reads a drawn 7, on each of two pads of a page, without the network', async () => {
    const { page, problems } = await openPage(url);
    for (const index of [0, 1]) {
      const pad = await findPad(page, index);
      expect(await answers(pad)).toEqual(['–', '–']);
      await draw(page, pad, SEVEN);
      await expect.poll(() => answers(pad)).toEqual(['7', '7']);
      expect(await pad.locator('li').count()).toBe(10);
      await expect.poll(() => pad.locator('#answer').textContent()).toMatch(/^MLP: 7, .* %; CNN: 7, .* %$/);
    }
    expect(await page.evaluate('[typeof tf, typeof mountPad, typeof drawnImage]')).toEqual(Array(3).fill('undefined'));
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('is light on dark in a dark page, as figures are, and reads the same', async () => {
    const light = await openPage(url);
    expect(await (await findPad(light.page)).locator('html').getAttribute('data-theme')).toBe('light');
    await light.page.context().close();
    const { html } = await drawingPad(models, test);
    const { page } = await openPage(writePage('dark', `<div style="background: #111111; color: #eeeeee">${html}</div>`));
    const pad = await findPad(page);
    expect(await pad.locator('html').getAttribute('data-theme')).toBe('dark');

    await draw(page, pad, SEVEN);
    await expect.poll(() => answers(pad)).toEqual(['7', '7']);
    await page.context().close();
  });

  it('undoes and clears by keyboard', async () => {
    const { page } = await openPage(url);
    const pad = await findPad(page);
    const undo = pad.locator('#undo');
    expect(await undo.isDisabled()).toBe(true);
    await draw(page, pad, [...SEVEN, ...A]);
    await expect.poll(() => pad.locator('#answer').textContent()).toMatch(/^MLP: /);
    await undo.press('Enter');
    await undo.press('Control+z');
    await expect.poll(() => answers(pad)).toEqual(['7', '7']);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(() => answers(pad)).toEqual(['–', '–']);
    expect(await pad.locator('#clear').isDisabled()).toBe(true);
    await page.context().close();
  });

  it('keeps drawings with what they are, and saves them as a set', async () => {
    const { page, problems } = await openPage(url, { acceptDownloads: true });
    const pad = await findPad(page);
    for (const button of ['#keep', '#save']) expect(await pad.locator(button).isDisabled()).toBe(true);
    await draw(page, pad, SEVEN);
    await pad.locator('#class').selectOption('7');
    await pad.locator('#keep').click();
    await expect.poll(() => answers(pad)).toEqual(['–', '–']);
    await draw(page, pad, SEVEN);
    await pad.locator('#keep').click();
    expect(await pad.locator('#save').textContent()).toBe('Save 2');
    const [download] = await Promise.all([page.waitForEvent('download'), pad.locator('#save').click()]);
    const file = join(folder, 'drawings.csv');
    await download.saveAs(file);
    const own = await readDrawings(file, { like: test });
    expect([...own.labels]).toEqual([7, 7]);
    expect((await evaluate(models.CNN, own)).accuracy).toBe(1);
    expect(problems).toEqual([]);
    await page.screenshot({ path: join(process.env.PAD_SHOT ?? folder, 'pad.png') });
    await page.context().close();
  });

  it('answers as Node does on 1,000 test images', async () => {
    const { page } = await openPage(url);
    const pad = await findPad(page);
    const levels = JSON.stringify(Array.from(test.images.subarray(0, 1000 * PIXELS)));
    const read = `(async () => Object.fromEntries(Object.entries(await pad.read(${levels})).map(
      ([name, shares]) => [name, Array.from(shares)])))()`;
    const inPage = (await pad.evaluate(read)) as Record<'MLP' | 'CNN', number[]>;
    for (const name of ['MLP', 'CNN'] as const) {
      const node: QuantizedModel = await quantizeModel(models[name], test);
      const shares = inPage[name];
      expect(shares).toHaveLength(1000 * 10);
      const furthest = shares.reduce((most, share, i) => Math.max(most, Math.abs(share - node.predictions.probabilities[i])), 0);
      const predicted = Array.from({ length: 1000 }, (_, i) => {
        const row = shares.slice(i * 10, (i + 1) * 10);
        return row.indexOf(Math.max(...row));
      });
      const same = predicted.filter((label, i) => label === node.predictions.predicted[i]).length;
      const right = predicted.filter((label, i) => label === test.labels[i]).length;
      console.log(
        `${name}, ${node.format}: the page agrees on ${same} of 1,000 images, shares differ by at most ` +
          `${furthest.toExponential(1)}; right ${right}, in Node with the full weights ${1000 * node.fullAccuracy}`,
      );
      expect(furthest).toBeLessThan(1e-4);
      expect(same).toBeGreaterThanOrEqual(999);
      expect(Math.abs(right / 1000 - node.fullAccuracy)).toBeLessThanOrEqual(0.001 + 1e-9);
    }
    await page.context().close();
  });

  it('works without WebGL, and with a finger', async () => {
    const blind = `const getContext = HTMLCanvasElement.prototype.getContext;
      const without = function (kind, ...rest) {
        return /webgl/.test(kind) ? null : getContext.call(this, kind, ...rest);
      };
      HTMLCanvasElement.prototype.getContext = without;
      delete globalThis.OffscreenCanvas;`;
    const { page, problems } = await openPage(url, { hasTouch: true }, blind);
    const pad = await findPad(page);
    expect(await pad.evaluate('pad.backend()')).toBe('cpu');
    await pad.locator('#sheet').tap();
    await expect.poll(() => pad.locator('#answer').textContent()).toMatch(/^MLP: /);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('gives way to a still picture on paper, without scripts and in old browsers', async () => {
    const isStill = async (page: Page) => ({
      still: await page.locator('.fallback').first().isVisible(),
      pad: (await page.locator('iframe:visible').count()) > 0,
    });
    const { page } = await openPage(url);
    await findPad(page);
    expect(await isStill(page)).toEqual({ still: false, pad: true });
    await page.emulateMedia({ media: 'print' });
    expect(await isStill(page)).toEqual({ still: true, pad: false });
    await page.context().close();
    const { page: unscripted } = await openPage(url, { javaScriptEnabled: false });
    expect(await isStill(unscripted)).toEqual({ still: true, pad: false });
    await unscripted.context().close();
    const { page: old, problems } = await openPage(url, {}, 'delete globalThis.DecompressionStream;');
    await expect.poll(() => old.locator('.fallback').first().isVisible(), { timeout: 10_000 }).toBe(true);
    expect(problems).toEqual([]);
    await old.context().close();
  });
});

const DATA_DIR = process.env.DATA_DIR ?? '';
const hasEmnist = existsSync(join(DATA_DIR, 'emnist47-train-images-idx3-ubyte.gz'));

describe.skipIf(!hasEmnist)('the drawing pad with EMNIST (skipped where DATA_DIR holds no emnist47)', () => {
  it('reads a drawn A', { timeout: 180_000 }, async () => {
    const emnist = await loadDataset('emnist47');
    const models = await train(takeSubset(emnist.train, 20_000), 3);
    const { html } = await drawingPad(models, takeSubset(emnist.test, 2000));
    const { page, problems } = await openPage(writePage('emnist', html));
    const pad = await findPad(page);
    await draw(page, pad, A);
    await expect.poll(() => answers(pad)).toEqual(['A', 'A']);
    expect(problems).toEqual([]);
    for (const model of Object.values(models)) model.dispose();
    await page.context().close();
  });
});
