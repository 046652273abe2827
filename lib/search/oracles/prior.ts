import type { Random } from '../../base/random';
import { type Domain, defaultValue, type HyperParameterValue, isOrdered, positionOf, valueAt, valuesOf } from '../space/domain';
import { drawTruncatedNormal, shareOf, truncatedNormalLikelihood } from './truncated-normal';

/** How sure the user is that good values lie near the defaults. */
export type Confidence = 'low' | 'medium' | 'high';

/**
 * Standard deviations on the unit interval of a domain, and how many times as likely as any other value the default of an
 * unordered choice is: those of NePS up to 0.12, with which the PriorBand paper was written. Since 0.13 it has 0.75, 0.5 and
 * 0.25, and probabilities of 0.25, 0.5 and 0.75, by which a default of low confidence is less likely than the other of two
 * values).
 */
const CONFIDENCES: Readonly<Record<Confidence, { readonly deviation: number; readonly weight: number }>> = {
  low: { deviation: 0.5, weight: 2 },
  medium: { deviation: 0.25, weight: 4 },
  high: { deviation: 0.125, weight: 6 },
};

/** @throws RangeError unless it is one. */
export function checkConfidence(confidence: Confidence): void {
  if (!Object.hasOwn(CONFIDENCES, confidence)) {
    throw new RangeError(
      `confidence must be one of ${Object.keys(CONFIDENCES).join(', ')}, but got ${JSON.stringify(confidence)}.`,
    );
  }
}

/**
 * The value around which the prior of a domain lies: its default. Undefined for numbers and ordered choices without one, or,
 * which is the same to a domain, with the lowest or first: the lowest of all learning rates is nobody's choice.
 */
function priorCenter(domain: Domain): HyperParameterValue | undefined {
  if (domain.kind === 'fixed') return domain.value;
  return isOrdered(domain) ? domain.default : defaultValue(domain);
}

/**
 * A value drawn from a user's belief that good values lie near `center`, by default near the domain's default:
 *
 * - Numbers and ordered choices: a Gaussian on the domain's unit interval, where a log scale is even, cut off at its ends, with
 *   standard deviation 0.5, 0.25 or 0.125 for a low, medium or high confidence.
 * - Choices without an order, and booleans: the center is 2, 4 or 6 times as likely as any other value.
 * - Numbers and ordered choices without a center (see `priorCenter`): uniform over the domain.
 *
 * After Mallik et al., "PriorBand", NeurIPS 2023, section 4.
 *
 * @throws RangeError where `center` is none of the domain's values.
 */
export function samplePrior(
  domain: Domain,
  confidence: Confidence,
  draw: Random,
  center = priorCenter(domain),
): HyperParameterValue {
  if (center === undefined) return valueAt(domain, draw.next());
  const { deviation, weight } = CONFIDENCES[confidence];
  if (isOrdered(domain)) return sampleNear(domain, center, deviation, draw);
  return sampleWeighted(domain, center, weight, draw);
}

/**
 * How likely `samplePrior` is to draw the value: its probability where the values can be counted, else its density on the unit
 * interval. For instance 4 / 6 for the default of three choices and a medium confidence, 1 / 6 for each other one.
 *
 * @throws RangeError where the value or the center is none of the domain's.
 */
export function priorLikelihood(
  domain: Domain,
  value: HyperParameterValue,
  confidence: Confidence,
  center = priorCenter(domain),
): number {
  if (center === undefined) {
    const { from, to } = shareOf(domain, value);
    return to > from ? to - from : 1;
  }
  const { deviation, weight } = CONFIDENCES[confidence];
  if (isOrdered(domain)) {
    return truncatedNormalLikelihood(domain, value, positionOf(domain, center), deviation);
  }
  // Throws for a value of another domain.
  positionOf(domain, value);
  return (value === center ? weight : 1) / (countOthers(domain, center) + weight);
}

/** A value of an ordered domain, drawn from a Gaussian around another one, cut off at the ends of the unit interval. */
export function sampleNear(domain: Domain, center: HyperParameterValue, deviation: number, draw: Random): HyperParameterValue {
  return valueAt(domain, drawTruncatedNormal(positionOf(domain, center), deviation, draw));
}

/** A value of a domain that can be listed, `center` with `weight` times the probability of any other. */
export function sampleWeighted(domain: Domain, center: HyperParameterValue, weight: number, draw: Random): HyperParameterValue {
  const others = countOthers(domain, center);
  const place = draw.next() * (others + weight) - weight;
  if (place < 0) return center;
  return valuesOf(domain).filter((value) => value !== center)[Math.floor(place)];
}

/** How many values a domain that can be listed has beside this one. */
function countOthers(domain: Domain, value: HyperParameterValue): number {
  // Throws for a value of another domain.
  positionOf(domain, value);
  return valuesOf(domain).length - 1;
}
