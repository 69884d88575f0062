/** An exact chance: lowest terms, denominator above 0. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export const ZERO: Fraction = { numerator: 0n, denominator: 1n };
export const ONE: Fraction = { numerator: 1n, denominator: 1n };

/** In lowest terms. `denominator` is at least 1, `numerator` at least 0. */
export function fraction(numerator: bigint, denominator: bigint): Fraction {
  const shared = greatestCommonDivisor(numerator, denominator);
  return { numerator: numerator / shared, denominator: denominator / shared };
}

/**
 * `numerator / 2^bits`. Chances of long chains have thousands of bits, for which Euclid's algorithm
 * is far too slow; taking off the common zeros at the end is enough here.
 */
export function dyadic(numerator: bigint, bits: number): Fraction {
  if (numerator === 0n) return ZERO;
  let odd = numerator;
  let left = bits;
  for (let step = 64; step > 0; step = step > 1 ? step / 2 : 0) {
    while (left >= step && BigInt.asUintN(step, odd) === 0n) {
      odd >>= BigInt(step);
      left -= step;
    }
  }
  return oddOver(odd, 1, left);
}

/**
 * `above * factor / 2^bits`, both odd, which is so in lowest terms. Numerator and denominator are made
 * when they are asked for: of a thousand ways they have two megabytes each.
 */
export function oddOver(above: bigint, factor: number, bits: number): Fraction {
  return {
    get numerator() {
      return factor === 1 ? above : above * BigInt(factor);
    },
    get denominator() {
      return 1n << BigInt(bits);
    },
  };
}

/** The exact sum, in lowest terms. */
export function addFractions(left: Fraction, right: Fraction): Fraction {
  return fraction(
    left.numerator * right.denominator + right.numerator * left.denominator,
    left.denominator * right.denominator,
  );
}

/** The nearest double, also where numerator and denominator are past what a double holds. */
export function fractionToNumber({ numerator, denominator }: Fraction): number {
  if (numerator === 0n) return 0;
  const below = Number(denominator);
  // A power of two in reach of a double: only the numerator is rounded.
  if (below < LARGEST && isPowerOfTwo(below) && BigInt(below) === denominator) {
    return Number(numerator) / below;
  }
  const excess = bitsAtMost(denominator) - bitsAtMost(numerator);
  const shift = Math.max(0, excess + 64 + DIGIT_BITS);
  const half = Math.floor(shift / 2);
  const shifted = numerator << BigInt(shift);
  const quotient = shifted / denominator;
  // What the division leaves over decides where the rest lies half way between two doubles.
  const scaled = Number(quotient * denominator === shifted ? quotient : quotient | 1n);
  return scaled / 2 ** half / 2 ** (shift - half);
}

/** Numerators are no larger than denominators, and the quotient is far from where doubles end. */
const LARGEST = 2 ** 1000;

function isPowerOfTwo(value: number): boolean {
  return 2 ** Math.round(Math.log2(value)) === value;
}

/** The largest radix that is a power of two, as only those are printed in linear time. */
const DIGIT_BITS = 5;

/** Up to four more than the number has. */
function bitsAtMost(value: bigint): number {
  return value.toString(2 ** DIGIT_BITS).length * DIGIT_BITS;
}

/** `1/4`, or `1` and `0`. */
export function formatFraction({ numerator, denominator }: Fraction): string {
  return denominator === 1n ? String(numerator) : `${numerator}/${denominator}`;
}

function greatestCommonDivisor(left: bigint, right: bigint): bigint {
  let [large, small] = [left, right];
  while (small !== 0n) [large, small] = [small, large % small];
  return large === 0n ? 1n : large;
}
