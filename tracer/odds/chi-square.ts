/** How well observed counts fit expected chances. */
export interface Fit {
  readonly chiSquare: number;
  readonly degrees: number;
  /** Chance of a fit this bad or worse if the expectation is true; 0 to 1. */
  readonly p: number;
}

/**
 * Pearson's test. `chances` add up to 1; a count where the chance is 0 makes the fit impossible. At
 * least two chances above 0 are needed for any doubt: with one, p is 1.
 */
export function chiSquare(observed: readonly number[], chances: readonly number[]): Fit {
  const total = observed.reduce((sum, count) => sum + count, 0);
  let sum = 0;
  let cells = 0;
  for (const [index, chance] of chances.entries()) {
    const count = observed[index] ?? 0;
    const expected = total * chance;
    if (expected > 0) {
      sum += (count - expected) ** 2 / expected;
      cells++;
    } else if (count > 0) sum = Number.POSITIVE_INFINITY;
  }
  const degrees = Math.max(0, cells - 1);
  return { chiSquare: sum, degrees, p: upperTail(sum, degrees) };
}

/** Chance that chi-square with so many degrees of freedom exceeds `value`. */
export function upperTail(value: number, degrees: number): number {
  if (value === Number.POSITIVE_INFINITY) return 0;
  if (degrees === 0 || value <= 0) return 1;
  const a = degrees / 2;
  const x = value / 2;
  return x < a + 1 ? 1 - lowerSeries(a, x) : upperFraction(a, x);
}

const PRECISION = 1e-15;
const ROUNDS = 100_000;

/** Regularised lower incomplete gamma function by its series, for x below a + 1. */
function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < ROUNDS && Math.abs(term) > Math.abs(sum) * PRECISION; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum * Math.exp(-x + a * Math.log(x) - logGamma(a));
}

/** Regularised upper incomplete gamma function by its continued fraction (Lentz), for larger x. */
function upperFraction(a: number, x: number): number {
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < ROUNDS; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / nonZero(numerator * d + b, tiny);
    c = nonZero(b + numerator / c, tiny);
    value *= d * c;
    if (Math.abs(d * c - 1) < PRECISION) break;
  }
  return value * Math.exp(-x + a * Math.log(x) - logGamma(a));
}

function nonZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}

const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

function logGamma(z: number): number {
  if (z < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * z)) - logGamma(1 - z);
  const base = z - 1;
  const t = base + 7.5;
  const sum = LANCZOS.reduce(
    (total, weight, index) => total + weight / (base + index + 1),
    0.9999999999998099,
  );
  return 0.5 * Math.log(2 * Math.PI) + (base + 0.5) * Math.log(t) - t + Math.log(sum);
}
