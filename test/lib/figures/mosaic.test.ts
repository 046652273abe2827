import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { PIXELS } from '../../../lib/data/dataset';
import { drawMosaic, layMosaic } from '../../../lib/figures/mosaic';

const ramp = Uint8Array.from({ length: PIXELS }, (_, i) => i % 251);

describe('layMosaic', () => {
  it('puts every image at its corner and leaves all else blank', () => {
    const full = new Uint8Array(PIXELS).fill(200);
    const { pixels, width, height, corners } = layMosaic([{ image: ramp }, {}, { image: full, label: 'x' }], 2);
    const seen = new Uint8Array(pixels);
    for (const [tile, image] of [
      [0, ramp],
      [2, full],
    ] as const) {
      for (let p = 0; p < PIXELS; p++) {
        const at = (corners[tile].y + Math.floor(p / 28)) * width + corners[tile].x + (p % 28);
        expect(pixels[at]).toBe(image[p]);
        seen[at] = 0;
      }
    }
    expect(seen.every((level) => level === 0)).toBe(true);
    expect(pixels).toHaveLength(width * height);
    expect(corners[1].y).toBe(corners[0].y);
    expect(corners[2].x).toBe(corners[0].x);
  });

  it('is no wider than its tiles, and rounds means to whole grey levels', () => {
    const one = layMosaic([{ image: new Float32Array(PIXELS).fill(9.6) }], 10);
    expect(one.width).toBe(28 + 2 * 4);
    expect(one.pixels[one.corners[0].y * one.width + one.corners[0].x]).toBe(10);
  });

  it('sets groups of columns apart', () => {
    const { corners } = layMosaic([{}, {}, {}, {}], 4, 2);
    const steps = [1, 2, 3].map((i) => corners[i].x - corners[i - 1].x);
    expect(steps[0]).toBe(steps[2]);
    expect(steps[1]).toBeGreaterThan(steps[0]);
  });

  it('refuses images of another size and impossible columns', () => {
    expect(() => layMosaic([{ image: [1, 2] }], 1)).toThrow('must have 784 pixels, but image 0 has 2');
    expect(() => layMosaic([], 0)).toThrow('columns must be a whole number of at least 1, but got 0');
  });
});

describe('drawMosaic', () => {
  it('draws one picture, each pixel as a square, dark on white', () => {
    const tiles = [{ image: ramp, label: 'q', color: '#d55e00', hover: 'image 7' }, { image: ramp }];
    const { data, layout } = drawMosaic(tiles, { columns: 2 });
    const { pixels, width, height, corners } = layMosaic(tiles, 2);
    const [{ source = '', ...place }] = layout.images ?? [];
    expect(place).toMatchObject({ x: 0, y: 0, sizex: width, sizey: height, layer: 'below' });
    const png = Buffer.from(source.replace('data:image/png;base64,', ''), 'base64');
    const side = png.readUInt32BE(16) / width;
    expect([side, png.readUInt32BE(20)]).toEqual([4, 4 * height]);
    const rows = inflateSync(png.subarray(41, 41 + png.readUInt32BE(33)));
    const at = (x: number, y: number) => rows[y * (side * width + 1) + 1 + x];
    for (const [x, y] of [
      [0, 0],
      [corners[1].x + 5, corners[1].y + 9],
      [width - 1, height - 1],
    ]) {
      const grey = 255 - pixels[y * width + x];
      expect([at(side * x, side * y), at(side * x + side - 1, side * y + side - 1)]).toEqual([grey, grey]);
    }
    // Row 0 is on top.
    expect(layout.yaxis?.range).toEqual([height, 0]);
    const middle = { x: [corners[0].x + 14], y: [corners[0].y + 14] };
    expect(data).toMatchObject([
      { text: ['q'], textfont: { color: ['#d55e00'] } },
      { text: ['image 7'], ...middle },
    ]);
  });
});
