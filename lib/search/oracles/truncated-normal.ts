import type { Random } from '../../base/random';
import { type Domain, type HyperParameterValue, positionOf, valueAt } from '../space/domain';
import { normalMass } from './normal';

/** Which part of the unit interval `valueAt` maps to the value; a point where the domain is continuous. */
export function shareOf(domain: Domain, value: HyperParameterValue): { from: number; to: number } {
  const middle = positionOf(domain, value);
  if ((domain.kind === 'float' || domain.kind === 'int') && domain.step === undefined) {
    if (domain.kind === 'float') return { from: middle, to: middle };
    if (domain.sampling !== 'linear') {
      const { sampling } = domain;
      const range: Domain = { kind: 'float', min: domain.min - 0.5, max: domain.max + 0.5, sampling };
      const x = value as number;
      return { from: positionOf(range, x - 0.5), to: positionOf(range, x + 0.5) };
    }
  }
  // All others have shares of one size: twice the middle of the first.
  const half = positionOf(domain, valueAt(domain, 0));
  return { from: middle - half, to: middle + half };
}

/**
 * How likely a value of an ordered domain is under a Gaussian on the unit interval, cut off at its ends: a
 * probability where the values can be counted, else a density on the unit interval.
 *
 * `center`: 0 to 1. `deviation`: its standard deviation before it is cut off, above 0.
 */
export function truncatedNormalLikelihood(domain: Domain, value: HyperParameterValue, center: number, deviation: number): number {
  const { from, to } = shareOf(domain, value);
  const inside = normalMass(-center / deviation, (1 - center) / deviation);
  const a = (from - center) / deviation;
  if (to > from) return normalMass(a, (to - center) / deviation) / inside;
  return Math.exp((-a * a) / 2) / (deviation * Math.sqrt(2 * Math.PI)) / inside;
}

/** A draw from a Gaussian cut off at 0 and 1: in [0, 1). `center`: 0 to 1; `deviation`: above 0, at most about 1. */
export function drawTruncatedNormal(center: number, deviation: number, draw: Random): number {
  // The center lies inside, so at least a third of all draws do.
  for (;;) {
    const u = center + deviation * drawNormal(draw);
    if (u >= 0 && u < 1) return u;
  }
}

/** A standard normal number (Box and Muller 1958). */
function drawNormal(draw: Random): number {
  return Math.sqrt(-2 * Math.log(1 - draw.next())) * Math.cos(2 * Math.PI * draw.next());
}
