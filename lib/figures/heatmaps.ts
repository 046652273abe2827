import { PIXELS } from '../data/dataset';
import type { Heatmaps } from '../interpretability/heatmaps';
import type { Figure } from './figure';
import { drawHeatMosaic, heatLevel, largest } from './heat-mosaic';
import { colors } from './template';

/**
 * What speaks for and against a class, over the images: vermilion for, blue against. Full colour is the largest value of each
 * image, so colours do not compare between images. Above stands the class that is explained, and before an arrow the true one
 * where that is another.
 */
export function heatmaps(
  { values, images, indices, labels, classes, classNames, size }: Heatmaps,
  options: { columns?: number; title?: string } = {},
): Figure {
  const { columns = 10, title } = options;
  const tiles = Array.from({ length: size }, (_, i) => {
    const heat = values.subarray(i * PIXELS, (i + 1) * PIXELS);
    const scale = largest(heat);
    const [truth, explained] = [classNames[labels[i]], classNames[classes[i]]];
    const right = labels[i] === classes[i];
    return {
      image: Uint8Array.from(heat, (value, p) => heatLevel(value / scale, images[i * PIXELS + p])),
      label: right ? truth : `${truth} → ${explained}`,
      color: right ? colors.right : colors.wrong,
      hover: `image ${indices[i]}: true ${truth}, what speaks for ${explained}`,
    };
  });
  return drawHeatMosaic(tiles, {
    columns,
    title,
    positive: 'for the class',
    // Grad-CAM has no heat against a class.
    ...(values.some((value) => value < 0) ? { negative: 'against it' } : {}),
  });
}
