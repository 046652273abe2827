import { describe, expect, it } from 'vitest';
import { blues, colors, palette, styleOf } from '../../../lib/figures/template';
import { ciede2000, colorDistance, lightness } from './color-distance';

describe('colours', () => {
  it('are measured as CIEDE2000 is defined', () => {
    // Pairs 1, 16 and 25 of table 1 of Sharma, Wu and Dalal 2005.
    expect(ciede2000([50, 2.6772, -79.7751], [50, 0, -82.7485])).toBeCloseTo(2.0425, 4);
    expect(ciede2000([50, 2.5, 0], [50, 0, -2.5])).toBeCloseTo(4.3065, 4);
    expect(ciede2000([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387])).toBeCloseTo(1.2644, 4);
    expect(colorDistance('#000000', '#ffffff')).toBeCloseTo(100, 1);
    // Seen with two cones of three, red and green come together.
    expect(colorDistance('#c04000', '#609000', 'normal')).toBeGreaterThan(45);
    expect(colorDistance('#c04000', '#609000', 'deuteranopia')).toBeLessThan(20);
  });

  it.each([
    ['curves', [colors.training, colors.validation, colors.ink]],
    ['models', [colors.mlp, colors.cnn]],
    ['answers', [colors.right, colors.wrong]],
    ['scores', [colors.test, colors.wrong, colors.ink]],
    ['trials', [colors.training, colors.wrong]],
  ])('of %s are told apart with every kind of colour blindness', (_figure, together) => {
    // 20 is about the difference between a blue and a sky blue.
    expect(smallestDistance(together)).toBeGreaterThan(20);
  });

  it('of other series are told apart', () => {
    expect(smallestDistance(palette)).toBeGreaterThan(10);
  });

  it('are seen on white', () => {
    for (const color of [...Object.values(colors), ...palette]) {
      expect(colorDistance(color, '#ffffff')).toBeGreaterThan(25);
    }
  });

  it('of the scale darken from end to end, so that grey prints keep the order', () => {
    const steps = blues.map(([, color]) => lightness(color));
    expect(steps).toEqual([...steps].sort((a, b) => b - a));
  });
});

describe('styleOf', () => {
  it('knows parts of the data and models by name, in every figure alike', () => {
    expect(styleOf('training', 5)).toEqual(styleOf('Train', 0));
    expect(styleOf('CNN, seed 1', 3).color).toBe(colors.cnn);
  });

  it('tells series apart without colour, too', () => {
    for (const names of [
      ['training', 'validation', 'test'],
      ['MLP', 'CNN'],
      ['p', 'q', 'r', 's'],
    ]) {
      const styles = names.map((name, i) => styleOf(name, i));
      expect(new Set(styles.map(({ symbol }) => symbol)).size).toBe(names.length);
      expect(new Set(styles.map(({ dash }) => dash)).size).toBe(names.length);
    }
  });
});

function smallestDistance(together: readonly string[]): number {
  let smallest = Number.POSITIVE_INFINITY;
  together.forEach((color, i) => {
    for (const other of together.slice(i + 1)) {
      for (const vision of ['normal', 'protanopia', 'deuteranopia', 'tritanopia'] as const) {
        smallest = Math.min(smallest, colorDistance(color, other, vision));
      }
    }
  });
  return smallest;
}
