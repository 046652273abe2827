import { describe, expect, it } from 'vitest';
import { formatValue, placeValues } from '../../../lib/figures/hyperparameter-axis';

describe('placeValues', () => {
  it('chooses the scale by the values', () => {
    expect(placeValues('activation', ['relu', 'elu']).scale).toBe('category');
    expect(placeValues('batchNormalization', [true, false]).scale).toBe('category');
    expect(placeValues('units', [32, 512]).scale).toBe('linear');
    const doublings = placeValues('units', [512, 32, 64, 256]);
    expect(doublings.scale).toBe('log');
    expect(doublings.ticks.map(({ text }) => text)).toEqual(['32', '64', '256', '512']);
    // 256 and 288 would be written over each other.
    const uneven = placeValues('units', [128, 256, 288, 320, 416]);
    expect(uneven.scale).toBe('linear');
    expect(uneven.ticks.map(({ text }) => text)).toEqual(['128', '200', '300', '416']);
    expect(placeValues('units', [64, 96, 512]).ticks.map(({ text }) => text)).toEqual(['64', '200', '300', '400', '512']);
    expect(placeValues('layers', [1, 2, 4]).scale).toBe('linear');
    expect(placeValues('dropout', [0, 0.5]).scale).toBe('linear');
    expect(placeValues('dropout', [0.1, 0.5]).scale).toBe('linear');
    expect(placeValues('l2', [1e-6, 1e-4]).scale).toBe('log');
    expect(placeValues('sgdLearningRate', [0.01, 0.02]).scale).toBe('log');
  });

  it('names each of a few values and picks round ones among many', () => {
    expect(placeValues('units', [128, 32, 128]).ticks).toEqual([
      { position: 32, text: '32' },
      { position: 128, text: '128' },
    ]);
    const units = Array.from({ length: 16 }, (_, i) => 32 * (i + 1));
    expect(placeValues('units', units).ticks.map((tick) => tick.text)).toEqual(['32', '100', '200', '300', '400', '512']);
    const rates = [1e-4, 5e-4, 2e-3, 1e-2];
    expect(placeValues('learningRate', rates).ticks.map((tick) => tick.text)).toEqual(['1e-4', '3e-4', '0.001', '0.003', '0.01']);
  });

  it('sets missing values below all others', () => {
    const { positions, ticks } = placeValues('momentum', [0.9, undefined, 0]);
    expect(positions[1]).toBeLessThan(0);
    expect(ticks[0]).toEqual({ position: positions[1], text: 'none' });
  });
});

it('formatValue keeps three digits', () => {
  expect([0.1 + 0.2, 0.012345, 0.000012345, 1e-5, 64, 'relu', false].map(formatValue)).toEqual([
    '0.3',
    '0.0123',
    '1.2e-5',
    '1e-5',
    '64',
    'relu',
    'false',
  ]);
});
