import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Html } from '../base/media';
import { encodePng } from '../base/png';
import { checkDataset } from '../data/check-dataset';
import { findConvention } from '../data/conventions';
import { type Dataset, IMAGE_SIZE, PIXELS } from '../data/dataset';
import type { Predictions } from '../evaluation/predictions';
import { colorOf } from '../figures/template';
import { escapeHtml } from '../tables/table-view';
import type * as tf from '../tensorflow';
import { type QuantizedModel, quantizeModel } from './quantize';

/** Test images in the still picture, answers of each model to them, and screen pixels of one of their pixels. */
const EXAMPLES = 6;
const ANSWERS = 3;
const SCALE = 2;

/**
 * A sheet on which the reader draws a character and the models read along, for `show`: the five likeliest classes of each
 * model, and the 28 x 28 image that it sees.
 *
 * It works in JupyterLab and in exported reports, without a network: TensorFlow.js and the weights are inside. Kernels are
 * packed as 8 bit numbers if that changes the accuracy on `test` by at most 0.1 percentage points, else as 16 bit or
 * float32; the pad says which, and the accuracy of both. Where no script may run (a notebook not trusted, GitHub, PDF)
 * stand what the models say about six test images, and one sentence. Strokes become images as those of the data set did: as
 * EMNIST's or as MNIST's, told by the size of the characters of `test`. Drawings may be kept with what they are and saved as a
 * file for `readDrawings`.
 *
 * @param models By the name that the pad shows: `{ MLP: mlp.model, CNN: cnn.model }`. They are left as they are.
 * @param test The images that packed weights are checked with, of the kind that the models were trained on.
 * @throws RangeError without a model; Error where a model does not fit the data or has weights that are not finite.
 */
export async function drawingPad(models: Readonly<Record<string, tf.LayersModel>>, test: Dataset): Promise<Html> {
  checkDataset(test);
  const names = Object.keys(models);
  if (names.length === 0) {
    throw new RangeError('models must name at least one model, but is empty; try { CNN: cnn.model }.');
  }
  const convention = findConvention(test);
  const quantized: (QuantizedModel & { name: string; weights: string })[] = [];
  for (const name of names) {
    const model = await quantizeModel(models[name], test);
    quantized.push({ ...model, name, weights: compress(Buffer.from(model.packed.weightData)) });
  }
  const library = compress(readTfjs());
  const kilobytes = (base64: string) => `${Math.round(base64.length / 1000).toLocaleString('en')} kB`;
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  const contents = [
    `TensorFlow.js (${kilobytes(library)})`,
    ...quantized.map(
      ({ name, format, weights, predictions, fullAccuracy }) =>
        `${name} with ${format} weights (${kilobytes(weights)}; it reads ${percent(predictions.accuracy)} of the ` +
        `${test.size.toLocaleString('en')} test images, with its full weights ${percent(fullAccuracy)})`,
    ),
  ];
  const note =
    `Everything runs in this page, without a network: ${contents.join(', ')}. ` +
    `Strokes become images as those of ${convention.name} did.`;
  const setup = {
    models: quantized.map(({ name, packed: { modelTopology, weightSpecs }, weights }, i) => ({
      name,
      color: colorOf(name, i),
      modelTopology,
      weightSpecs,
      weights,
    })),
    classNames: test.classNames,
    convention,
    note,
  };
  const page = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Drawing pad</title><style>${readPage('pad.css')}</style></head>
<body>
${readPage('pad.html')}
<script type="application/json" id="setup">${escapeScript(setup)}</script>
<script type="text/plain" id="tfjs">${library}</script>
<script>${['drawn-image.js', 'kept-drawings.js', 'pad.js'].map(readPage).join('\n')}</script>
</body>
</html>`;
  const host = "document.currentScript.closest('.inkwell-drawing')";
  const script = `(() => {\n${readPage('mount-pad.js')}\nmountPad(${host}, ${escapeScript(page)});\n})();`;
  const sentence =
    'A drawing pad stands here where scripts may run: run this cell again in JupyterLab, or open the HTML report, draw a ' +
    'character, and see the models read it.';
  const examples = renderExamples(quantized, test);
  return {
    html:
      `<div class="inkwell-drawing"><div class="fallback"><p>${sentence} These are their likeliest answers to some ` +
      `test images.</p>${examples}</div><script>${script}</script></div>`,
    text: `${sentence} ${note}`,
  };
}

/** What the models say about test images from beginning to end, as a table with a picture in each row. */
function renderExamples(models: readonly { name: string; predictions: Predictions }[], test: Dataset): string {
  const heads = ['Image', 'Class', ...models.map(({ name }) => escapeHtml(name))];
  const count = Math.min(EXAMPLES, test.size);
  const rows = Array.from({ length: count }, (_, row) => {
    const i = Math.floor((row * test.size) / count);
    const name = test.classNames[test.labels[i]];
    const png = encodePng(enlarge(test.images.subarray(i * PIXELS, (i + 1) * PIXELS)), IMAGE_SIZE * SCALE);
    const source = `data:image/png;base64,${png.toString('base64')}`;
    const side = IMAGE_SIZE * SCALE;
    const image = `<img src="${source}" width="${side}" height="${side}" alt="A handwritten ${escapeHtml(name)}">`;
    const answers = models.map(({ predictions }) => escapeHtml(likeliest(predictions, i)));
    return [image, escapeHtml(name), ...answers];
  });
  const cells = (tag: string, row: readonly string[]) => `<tr>${row.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${cells('th', heads)}</thead>` + `<tbody>${rows.map((row) => cells('td', row)).join('')}</tbody></table>`;
}

/** `7 (98.1 %), 1 (1.2 %)`: the likeliest, and those of the next two that have at least a tenth of a percent. */
function likeliest({ probabilities, classNames }: Predictions, image: number): string {
  const classes = classNames.length;
  const shares = probabilities.subarray(image * classes, (image + 1) * classes);
  return Array.from(shares, (share, index) => ({ share, name: classNames[index] }))
    .sort((a, b) => b.share - a.share)
    .filter(({ share }, place) => place === 0 || (place < ANSWERS && share >= 0.001))
    .map(({ share, name }) => `${name} (${share > 0.9995 ? '> 99.9' : (100 * share).toFixed(1)} %)`)
    .join(', ');
}

/** Dark ink on white, each pixel as a square of `SCALE` pixels. */
function enlarge(image: Uint8Array): Uint8Array {
  const side = IMAGE_SIZE * SCALE;
  return Uint8Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [Math.floor((i % side) / SCALE), Math.floor(i / side / SCALE)];
    return 255 - image[y * IMAGE_SIZE + x];
  });
}

function compress(content: Uint8Array): string {
  return gzipSync(content, { level: 9 }).toString('base64');
}

/** TensorFlow.js for browsers, as it comes with the one for Node. */
function readTfjs(): Buffer {
  const inProject = createRequire(resolve('package.json'));
  const { resolve: find } = createRequire(inProject.resolve('@tensorflow/tfjs-node'));
  return readFileSync(find('@tensorflow/tfjs/dist/tf.es2017.min.js'));
}

/** A file of the pad's page; kernels and scripts run in the project's root. */
function readPage(file: string): string {
  return readFileSync(join('lib/drawing/page', file), 'utf8');
}

/** JSON that may stand inside a `<script>`: class names could hold its end. */
function escapeScript(value: unknown): string {
  return JSON.stringify(value).replace(/</g, '\\u003c');
}
