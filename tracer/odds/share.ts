import { addFractions, dyadic, fraction, ZERO, type Fraction } from "./fraction.js";

/**
 * The chance of one way, `numerator / (2^bits * divisor)`: draws of 31 bits count in `bits`, so that
 * the usual sums stay shifts, and choices among other numbers in `divisor`.
 */
export interface Share {
  readonly numerator: bigint;
  readonly bits: number;
  readonly divisor: bigint;
}

export function oddsOf({ numerator, bits, divisor }: Share): Fraction {
  const undivided = dyadic(numerator, bits);
  if (divisor === 1n) return undivided;
  return fraction(undivided.numerator, undivided.denominator * divisor);
}

/** The chance of all of them together. */
export function addShares(shares: readonly Share[]): Fraction {
  const byDivisor = new Map<bigint, Share[]>();
  for (const share of shares) {
    const alike = byDivisor.get(share.divisor);
    if (alike === undefined) byDivisor.set(share.divisor, [share]);
    else alike.push(share);
  }
  return [...byDivisor.values()].map(addAlike).reduce(addFractions, ZERO);
}

function addAlike(shares: readonly Share[]): Fraction {
  const bits = shares.reduce((most, share) => Math.max(most, share.bits), 0);
  let numerator = 0n;
  for (const share of shares) numerator += share.numerator << BigInt(bits - share.bits);
  return oddsOf({ numerator, bits, divisor: shares[0]?.divisor ?? 1n });
}
