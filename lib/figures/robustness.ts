import type { Data, Layout, Shape } from 'plotly.js';
import { random } from '../base/random';
import { type Dataset, IMAGE_SIZE } from '../data/dataset';
import { takeImages } from '../data/split';
import { type Corruption, corruptImages, defaultStrengths, type Strengths } from '../experiments/corruptions';
import type { RobustnessPoint } from '../experiments/robustness';
import { errorBars } from './error-bars';
import type { Figure } from './figure';
import { drawMosaic, layMosaic, type Tile } from './mosaic';
import { colors, createFigure, escapeText, styleOf } from './template';

/** How a corruption is written on an axis, and above an image, which is narrow. */
const UNITS: Readonly<Record<Corruption, { axis: string; write(strength: number): string }>> = {
  shift: { axis: 'Shift (pixels)', write: (strength) => `shift ${strength} px` },
  rotation: { axis: 'Rotation (degrees)', write: (strength) => `rotation ${strength}°` },
  noise: { axis: 'Noise (standard deviation)', write: (strength) => `noise σ ${strength}` },
  thickness: {
    axis: 'Thickness (pixels on either side)',
    write: (strength) => `pen ${strength > 0 ? '+' : ''}${strength} px`.replace('-', '−'),
  },
};

/**
 * Accuracy by the strength of each corruption, a panel for each and a line for each model, with its 95 % interval
 * (Wilson). Strength 0 is the images as they are.
 *
 * @throws RangeError for no points.
 */
export function robustness(points: readonly RobustnessPoint[]): Figure {
  if (points.length === 0) throw new RangeError('points must hold at least one measurement, but got none.');
  const corruptions = [...new Set(points.map(({ corruption }) => corruption))];
  const names = [...new Set(points.map(({ name }) => name))];
  const columns = Math.min(2, corruptions.length);
  const rows = Math.ceil(corruptions.length / columns);
  const data = corruptions.flatMap((corruption, panel) =>
    names.map((name, i): Data => {
      const { color, symbol, dash } = styleOf(name, i);
      const of = points.filter((point) => point.corruption === corruption && point.name === name);
      of.sort((a, b) => a.strength - b.strength);
      const accuracies = of.map(({ accuracy }) => accuracy);
      const intervals = of.map(({ interval }) => interval);
      return {
        type: 'scatter',
        mode: 'lines+markers',
        name: escapeText(name),
        legendgroup: name,
        showlegend: panel === 0,
        ...axesOf(panel),
        x: of.map(({ strength }) => strength),
        y: accuracies,
        error_y: errorBars(accuracies, intervals, { color, thickness: 1.5, width: 4 }),
        line: { color, dash, width: 2 },
        marker: { color, symbol, size: 7 },
        customdata: intervals.map(({ low, high }) => [low, high]),
        hovertemplate:
          `%{fullData.name}, ${corruption} %{x}: %{y:.2%}, interval %{customdata[0]:.2%} to ` +
          '%{customdata[1]:.2%}<extra></extra>',
      };
    }),
  );
  const axes = corruptions.map((corruption, panel): Partial<Layout> => {
    const number = panel === 0 ? '' : String(panel + 1);
    return {
      [`xaxis${number}`]: { title: { text: UNITS[corruption].axis } },
      [`yaxis${number}`]: {
        ...(panel % columns === 0 ? { title: { text: 'Accuracy' } } : {}),
        tickformat: '.0%',
        range: [0, 1.02],
      },
    };
  });
  return createFigure(data, {
    height: 70 + 270 * rows,
    grid: { rows, columns, pattern: 'independent', xgap: 0.12, ygap: 0.32 },
    showlegend: true,
    margin: { t: 60 },
    ...Object.assign({}, ...axes),
  });
}

/**
 * One image under each corruption, a row for each, from no corruption or the weakest to the strongest, under its
 * strength. The images are drawn by `seed` (default 0), one for each row, and corrupted as `robustness` with that seed
 * corrupts the first of a data set.
 *
 * `strengths`: default those of `robustness`.
 */
export function corruptedExamples(dataset: Dataset, options: { strengths?: Strengths; seed?: number } = {}): Figure {
  const { strengths = defaultStrengths, seed = 0 } = options;
  const rows = Object.entries(strengths).map(([name, values]) => {
    const corruption = name as Corruption;
    const index = random(seed, 'example', corruption).integer(dataset.size);
    const example = takeImages(dataset, [index]);
    const className = dataset.classNames[example.labels[0]];
    return [...new Set([0, ...values])]
      .sort((a, b) => a - b)
      .map((strength): Tile => {
        const text = strength === 0 ? 'unchanged' : UNITS[corruption].write(strength);
        return {
          image: corruptImages(example, corruption, strength, seed).images,
          label: text,
          hover: `${className}, image ${index} of ${dataset.name}: ${text}`,
        };
      });
  });
  const columns = Math.max(...rows.map((row) => row.length));
  const tiles = rows.flatMap((row) => [...row, ...Array<Tile>(columns - row.length).fill({})]);
  const { data, layout, config } = drawMosaic(tiles, { columns });
  // Without its edges an image that was shifted looks as it did.
  const shapes = layMosaic(tiles, columns).corners.flatMap(({ x, y }, i): Partial<Shape>[] =>
    tiles[i].image
      ? [{ type: 'rect', x0: x, y0: y, x1: x + IMAGE_SIZE, y1: y + IMAGE_SIZE, line: { color: colors.muted, width: 1 } }]
      : [],
  );
  return { data, layout: { ...layout, shapes }, config };
}

function axesOf(panel: number): { xaxis: 'x'; yaxis: 'y' } {
  const number = panel === 0 ? '' : String(panel + 1);
  return { xaxis: `x${number}`, yaxis: `y${number}` } as never;
}
