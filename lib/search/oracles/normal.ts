/** Numerator and denominator of the rational function below, highest power first. */
const P = [
  3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871, 221.213596169931, 220.206867912376,
];
const Q = [
  8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831, 793.826512519948,
  440.413735824752,
];

/**
 * The probability that a standard normal number is at most `z`, to within 1e-14, and to 8 digits where that
 * is tiny: Hart's rational function (1968, algorithm 5666) with a continued fraction for the tails, as in
 * West, "Better approximations to cumulative normal functions", Wilmott Magazine, 2005.
 */
export function normalCdf(z: number): number {
  const x = Math.abs(z);
  const bell = Math.exp((-x * x) / 2);
  const tail =
    x < 7.07106781186547
      ? (bell * evaluate(P, x)) / evaluate(Q, x)
      : bell / (x + 1 / (x + 2 / (x + 3 / (x + 4 / (x + 0.65))))) / Math.sqrt(2 * Math.PI);
  return z > 0 ? 1 - tail : tail;
}

function evaluate(polynomial: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of polynomial) sum = sum * x + coefficient;
  return sum;
}

/** The probability that a standard normal number lies between `from` and `to`. */
export function normalMass(from: number, to: number): number {
  // The lower tail keeps its digits where the upper one is 1 less a little.
  return from > 0 ? normalCdf(-from) - normalCdf(-to) : normalCdf(to) - normalCdf(from);
}
