import { random } from '../base/random';
import { checkDataset } from '../data/check-dataset';
import { type Dataset, PIXELS } from '../data/dataset';
import { classCounts, classMeans as meanImages } from '../data/statistics';
import type { Predictions } from '../evaluation/predictions';
import type { Figure } from './figure';
import { drawMosaic, type Tile } from './mosaic';
import { colors } from './template';

/**
 * Images side by side, ink dark on white, each under its label.
 *
 * `images`: `[n, 28, 28]`, grey levels 0 to 255 (floats are rounded). `columns`: images in a row, default 10.
 *
 * @throws RangeError where `images` is not whole images or `labels` does not name each of them.
 */
export function imageGrid(
  images: Uint8Array | Float32Array,
  options: { labels?: readonly string[]; columns?: number; title?: string } = {},
): Figure {
  const { labels, columns = 10, title } = options;
  const size = images.length / PIXELS;
  if (!Number.isInteger(size) || size === 0) {
    throw new RangeError(`images must be whole images of ${PIXELS} pixels, but got ${images.length} numbers.`);
  }
  if (labels && labels.length !== size) {
    throw new RangeError(`labels must name each of the ${size} images, but got ${labels.length}.`);
  }
  const tiles = Array.from({ length: size }, (_, i) => ({
    image: images.subarray(i * PIXELS, (i + 1) * PIXELS),
    label: labels?.[i],
    hover: `image ${i}${labels ? `: ${labels[i]}` : ''}`,
  }));
  return drawMosaic(tiles, { columns, title });
}

/**
 * Random images of each class, side by side under the class's name. Class by class; a class with fewer images than
 * `perClass` leaves places blank. The same `seed` (default 0) draws the same images.
 */
export function sampleGrid(dataset: Dataset, options: { perClass?: number; seed?: number; title?: string } = {}): Figure {
  checkDataset(dataset);
  const { perClass = 4, seed = 0, title } = options;
  const tiles: Tile[] = sampleByClass(dataset, perClass, seed).flatMap((indices, c) =>
    Array.from({ length: perClass }, (_, i) => ({
      ...(i < indices.length
        ? { image: imageAt(dataset, indices[i]), hover: `${dataset.classNames[c]}: image ${indices[i]} of ${dataset.name}` }
        : {}),
      ...(i === 0 ? { label: dataset.classNames[c] } : {}),
    })),
  );
  // About 20 images fill a notebook's width and stay recognisable.
  const columns = perClass * Math.max(1, Math.floor(20 / perClass));
  return drawMosaic(tiles, { columns, group: perClass, title });
}

/** The mean image of each class under the class's name: what its images have in common stays dark. */
export function classMeans(dataset: Dataset, options: { columns?: number; title?: string } = {}): Figure {
  const { columns = 10, title } = options;
  const means = meanImages(dataset);
  const counts = classCounts(dataset);
  const tiles = dataset.classNames.map((name, c) => ({
    image: means.subarray(c * PIXELS, (c + 1) * PIXELS),
    label: name,
    hover: `${name}: mean of ${counts[c].toLocaleString('en-US')} images`,
  }));
  return drawMosaic(tiles, { columns, title });
}

/**
 * Random test images under `true → predicted`, right answers blue, wrong ones red.
 *
 * `which`: only right or only wrong answers, of which there may be none. `count` (default 40): how many at most. The same `seed`
 * (default 0) draws the same images.
 *
 * @throws RangeError where the predictions are not those of this data set.
 */
export function predictionGrid(
  dataset: Dataset,
  predictions: Predictions,
  options: { which: 'right' | 'wrong'; count?: number; columns?: number; seed?: number; title?: string },
): Figure {
  const { which, count = 40, columns = 10, seed = 0, title } = options;
  const { labels, predicted, probabilities, classNames } = predictions;
  if (labels.length !== dataset.size || labels.some((label, i) => label !== dataset.labels[i])) {
    throw new RangeError(
      `predictions must be those of the data set "${dataset.name}" (${dataset.size} images), ` +
        `but its ${labels.length} labels differ. Evaluate the model on this data set.`,
    );
  }
  const indices = shuffledIndices(dataset.size, seed, 'predictionGrid')
    .filter((i) => (labels[i] === predicted[i]) === (which === 'right'))
    .slice(0, count);
  const probability = (i: number, c: number) =>
    `${classNames[c]} (${(100 * probabilities[i * classNames.length + c]).toFixed(1)} %)`;
  return drawMosaic(
    Array.from(indices, (i) => ({
      image: imageAt(dataset, i),
      label: `${classNames[labels[i]]} → ${classNames[predicted[i]]}`,
      color: colors[which],
      hover:
        `image ${i}: true ${probability(i, labels[i])}` +
        (which === 'wrong' ? `, predicted ${probability(i, predicted[i])}` : ''),
    })),
    { columns, title: indices.length === 0 ? `No ${which} predictions` : title },
  );
}

/** Up to `perClass` random image indices of each class, `[classes][...]`. */
export function sampleByClass(dataset: Dataset, perClass: number, seed: number): number[][] {
  if (!(Number.isSafeInteger(perClass) && perClass >= 1)) {
    throw new RangeError(`perClass must be a whole number of at least 1, but got ${perClass}.`);
  }
  const samples: number[][] = dataset.classNames.map(() => []);
  for (const i of shuffledIndices(dataset.size, seed, 'sampleGrid')) {
    const sample = samples[dataset.labels[i]];
    if (sample.length < perClass) sample.push(i);
  }
  return samples;
}

function shuffledIndices(size: number, seed: number, stream: string): Uint32Array {
  return random(seed, stream).shuffle(Uint32Array.from({ length: size }, (_, i) => i));
}

function imageAt(dataset: Dataset, index: number): Uint8Array {
  return dataset.images.subarray(index * PIXELS, (index + 1) * PIXELS);
}
