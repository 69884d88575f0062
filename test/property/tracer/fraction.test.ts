import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  dyadic,
  fraction,
  fractionToNumber,
  type Fraction,
} from "../../../tracer/odds/fraction.js";

/** How far `value` is from the fraction, in parts of the fraction's denominator times 2^1074. */
function distance({ numerator, denominator }: Fraction, value: number): bigint {
  const difference = (numerator << 1074n) - inParts(value) * denominator;
  return difference < 0n ? -difference : difference;
}

/** A finite double of 0 or more, in parts of 2^-1074. */
function inParts(value: number): bigint {
  const bits = bitsOf(value);
  const exponent = bits >> 52n;
  const fractionBits = bits & ((1n << 52n) - 1n);
  return exponent === 0n ? fractionBits : (fractionBits | (1n << 52n)) << (exponent - 1n);
}

function bitsOf(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

function doubleOf(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

const chance = fc
  .tuple(fc.integer({ min: 1, max: 2500 }), fc.bigInt({ min: 1n, max: 1n << 2500n }), fc.nat(1000))
  .map(([bits, number, odd]) => {
    const whole = 1n << BigInt(bits);
    const part = (number % whole) + 1n;
    return odd < 500 ? dyadic(part, bits) : fraction(part, whole + BigInt(odd));
  });

describe("a chance as a double", () => {
  it("is the nearest one, however long the fraction", () => {
    fc.assert(
      fc.property(chance, (odds) => {
        const value = fractionToNumber(odds);
        const own = distance(odds, value);
        for (const step of [-1n, 1n]) {
          assert.ok(own <= distance(odds, doubleOf(bitsOf(value) + step)), String(value));
        }
      }),
      { numRuns: 2000 },
    );
  });
});
