import { checkDataset, checkLabels } from './check-dataset';
import { type Dataset, PIXELS } from './dataset';

/**
 * Number of images in each class, by class index.
 *
 * @throws RangeError for a label that has no class name.
 */
export function classCounts(dataset: Pick<Dataset, 'labels' | 'classNames'>): Uint32Array {
  checkLabels(dataset);
  const counts = new Uint32Array(dataset.classNames.length);
  for (const label of dataset.labels) counts[label]++;
  return counts;
}

/** Mean image of each class, `[classes, 28, 28]` float32, grey levels 0 to 255. A class without images is all 0. */
export function classMeans(dataset: Dataset): Float32Array {
  checkDataset(dataset);
  const counts = classCounts(dataset);
  // Sums of up to 2^53 / 255 grey levels stay exact in doubles; in float32 they would not past 65,793 images.
  const sums = new Float64Array(counts.length * PIXELS);
  dataset.labels.forEach((label, i) => {
    const sum = sums.subarray(label * PIXELS, (label + 1) * PIXELS);
    const image = dataset.images.subarray(i * PIXELS, (i + 1) * PIXELS);
    for (let p = 0; p < image.length; p++) sum[p] += image[p];
  });
  return Float32Array.from(sums, (sum, i) => sum / Math.max(1, counts[Math.floor(i / PIXELS)]));
}
