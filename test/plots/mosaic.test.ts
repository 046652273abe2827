import { describe, expect, it } from 'vitest';
import { PIXELS } from '../../src/data';
import { drawMosaic, layMosaic } from '../../src/plots/mosaic';

const ramp = Uint8Array.from({ length: PIXELS }, (_, i) => i % 251);

describe('layMosaic', () => {
  it('puts every image at its corner and leaves all else blank', () => {
    const full = new Uint8Array(PIXELS).fill(200);
    const { pixels, width, height, corners } = layMosaic(
      [{ image: ramp }, {}, { image: full, label: 'x' }],
      2,
    );
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
  it('packs the pixels in the order of the rows and labels what has a label', () => {
    const tiles = [{ image: ramp, label: 'q', color: '#d55e00' }, { image: ramp }];
    const { data, layout } = drawMosaic(tiles, { columns: 2 });
    const { z } = data[0] as unknown as { z: { dtype: string; bdata: string; shape: string } };
    const { pixels, width, height } = layMosaic(tiles, 2);
    expect(z.dtype).toBe('u1');
    expect(z.shape).toBe(`${height}, ${width}`);
    expect(new Uint8Array(Buffer.from(z.bdata, 'base64'))).toEqual(pixels);
    expect(data[1]).toMatchObject({ text: ['q'], textfont: { color: ['#d55e00'] } });
    // Row 0 is on top.
    expect(layout.yaxis?.range).toEqual([height - 0.5, -0.5]);
  });
});
