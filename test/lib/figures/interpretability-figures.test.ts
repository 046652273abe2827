import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { PIXELS } from '../../../lib/data/dataset';
import { classImages, embedding, type Figure, featureMaps, filters, heatmaps } from '../../../lib/figures';
import { drawHeatMosaic, enlargeToImage, heatLevel } from '../../../lib/figures/heat-mosaic';
import { layMosaic } from '../../../lib/figures/mosaic';
import { colors } from '../../../lib/figures/template';

/** The colour of a pixel of a mosaic's picture, `#rrggbb`. */
function readColor({ layout }: Figure, x: number, y: number): string {
  const [{ source = '', sizex = 0 }] = layout.images ?? [];
  const png = Buffer.from(source.replace('data:image/png;base64,', ''), 'base64');
  expect(png[25]).toBe(3);
  const paletteLength = png.readUInt32BE(33);
  const palette = png.subarray(41, 41 + paletteLength);
  const data = 41 + paletteLength + 4;
  const rows = inflateSync(png.subarray(data + 8, data + 8 + png.readUInt32BE(data)));
  const side = png.readUInt32BE(16) / sizex;
  const place = rows[side * y * (side * sizex + 1) + 1 + side * x];
  return `#${palette.subarray(3 * place, 3 * place + 3).toString('hex')}`;
}

const names = (figure: Figure) => figure.data.filter((trace) => 'name' in trace).map((trace) => (trace as { name: string }).name);

describe('heat mosaic', () => {
  it('draws positive heat vermilion, negative blue, none white, and ink as shade', () => {
    const image = new Uint8Array(PIXELS);
    image.set([heatLevel(1), heatLevel(-1), heatLevel(0), heatLevel(0, 255), heatLevel(-0.01)]);
    const tiles = [{ image }];
    const figure = drawHeatMosaic(tiles, { columns: 1, positive: 'more' });
    const [{ x, y }] = layMosaic(tiles, 1).corners;
    expect([0, 1, 2, 3, 4].map((i) => readColor(figure, x + i, y))).toEqual([
      colors.wrong,
      colors.right,
      '#ffffff',
      '#999999',
      '#ffffff',
    ]);
    expect(names(figure)).toEqual(['more']);
  });

  it('enlarges small images to squares in the middle', () => {
    const image = enlargeToImage([1, 2, 3, 4, 5, 6, 7, 8, 9], 3, 3);
    // 3 x 9 pixels, and the odd one over at the end.
    expect([image[0], image[8], image[9], image[26], image[27]]).toEqual([1, 1, 2, 3, 0]);
    expect([image[9 * 28], image[26 * 28 + 26], image[27 * 28]]).toEqual([4, 9, 0]);
  });
});

describe('filters', () => {
  it('shows the first ones on the scale of those shown', () => {
    const shown = { values: Float32Array.of(1, -2, 8), count: 3, height: 1, width: 1, layer: 'conv' };
    const figure = filters(shown, { count: 2, columns: 2 });
    const { corners } = layMosaic([{}, {}], 2);
    expect(readColor(figure, corners[1].x + 5, corners[1].y + 5)).toBe(colors.right);
    expect(figure.data[1]).toMatchObject({
      text: ['conv, filter 0 of 3: weights 1.000 to 1.000', 'conv, filter 1 of 3: weights -2.000 to -2.000'],
    });
    expect(() => filters(shown, { count: 0 })).toThrow('count must be a whole number of at least 1, but got 0');
  });
});

describe('featureMaps', () => {
  const layer = (count: number, value: number) => ({
    layer: `of ${count}`,
    values: new Float32Array(count * 4).fill(value),
    count,
    height: 2,
    width: 2,
  });
  const image = new Uint8Array(PIXELS);

  it('gives each layer a row', () => {
    const figure = featureMaps({ image, layers: [layer(2, 1), layer(3, 0)] }, { count: 3 });
    expect(figure.data[0]).toMatchObject({ text: ['image', '2 × 2', '2 × 2'] });
    expect((figure.data[1] as { text: string[] }).text).toHaveLength(1 + 2 + 3);
    expect(names(figure)).toEqual(['positive activation']);
    expect(names(featureMaps({ image, layers: [layer(1, -1)] }))).toContain('negative activation');
    expect(() => featureMaps({ image, layers: [] }, { count: 1.5 })).toThrow('but got 1.5');
  });
});

describe('heatmaps', () => {
  it('scales each image by itself and says what is explained', () => {
    const values = new Float32Array(2 * PIXELS);
    values.set([0.001, -0.001], PIXELS);
    const figure = heatmaps({
      values,
      images: new Uint8Array(2 * PIXELS),
      indices: [4, 7],
      labels: Uint8Array.of(0, 0),
      classes: Uint8Array.of(0, 1),
      classNames: ['<b>', 'c'],
      size: 2,
    });
    const { corners } = layMosaic([{ label: 'a' }, { label: 'b' }], 10);
    expect(readColor(figure, corners[1].x, corners[1].y)).toBe(colors.wrong);
    expect(figure.data).toMatchObject([
      { text: ['&lt;b&gt;', '&lt;b&gt; → c'], textfont: { color: [colors.right, colors.wrong] } },
      { text: ['image 4: true &lt;b&gt;, what speaks for &lt;b&gt;', 'image 7: true &lt;b&gt;, what speaks for c'] },
      {},
      {},
    ]);
    expect(names(figure)).toEqual(['for the class', 'against it']);
  });
});

describe('embedding', () => {
  const points = {
    x: Float32Array.of(1, 2, 3),
    y: Float32Array.of(4, 5, 6),
    indices: Uint32Array.of(9, 8, 7),
    labels: Uint8Array.of(1, 0, 1),
    predicted: Uint8Array.of(1, 1, 0),
    size: 3,
  };

  it('draws letters where they are and tells the prediction', () => {
    const figure = embedding({ ...points, classNames: ['<', 'b'] });
    expect(figure.data).toMatchObject([
      { mode: 'text', text: ['&lt;'], x: [2], y: [5], customdata: ['image 8: &lt;, read as b'] },
      { text: ['b', 'b'], x: [1, 3], customdata: ['image 9: b, read rightly', 'image 7: b, read as &lt;'] },
    ]);
    expect(figure.layout.showlegend).toBe(false);
  });

  it('draws symbols with a legend for long names', () => {
    const figure = embedding({ ...points, classNames: ['Coat', 'Bag'] });
    expect(figure.data).toMatchObject([{ mode: 'markers', name: 'Coat' }, { name: 'Bag' }]);
    expect(figure.layout.showlegend).toBe(true);
  });
});

describe('classImages', () => {
  const made = { images: new Float32Array(2 * PIXELS).fill(1), probabilities: Float32Array.of(0.5, 1) };

  it('names each image and gives its probability', () => {
    expect(classImages(made, ['a', 'b']).data).toMatchObject([
      { text: ['a', 'b'] },
      { text: ['read as a with probability 0.500', 'read as b with probability 1.000'] },
    ]);
    expect(() => classImages(made, ['a'])).toThrow('must name each of the 2 classes, but has 1');
  });
});
