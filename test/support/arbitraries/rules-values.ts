import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";
import type { MaskedAddress } from "../../../engine/iptables/extensions/address-codecs.js";
import type { MaskedNumber, Range } from "../../../engine/iptables/extensions/codecs.js";
import type { Negatable } from "../../../engine/iptables/types.js";
import { ALL_ONES_6, type Address, type Family } from "../../../engine/net/ip.js";
import { makePrefix, maskOfLength, type Prefix } from "../../../engine/net/prefix.js";

export const MAX_8 = 0xff;
export const MAX_16 = 0xffff;
export const MAX_32 = 0xffffffff;

/** A value that is asked for, or asked to be different. */
export function negatable<T>(value: Arbitrary<T>): Arbitrary<Negatable<T>> {
  return fc.record({ not: fc.boolean(), value });
}

/** Whole numbers, with the ends and the small ones more often than chance would have them. */
export function whole(min: number, max: number): Arbitrary<number> {
  return fc.oneof(
    fc.integer({ min, max: Math.min(max, min + 20) }),
    fc.integer({ min, max }),
    fc.constantFrom(min, max),
  );
}

export function rangeOf(min: number, max: number): Arbitrary<Range> {
  return fc
    .tuple(whole(min, max), whole(min, max))
    .map(([one, other]) => ({ min: Math.min(one, other), max: Math.max(one, other) }));
}

export const portRange: Arbitrary<Range> = rangeOf(0, MAX_16);

export function addressOf(family: Family): Arbitrary<Address> {
  if (family === 4) return whole(0, MAX_32);
  return fc.oneof(
    fc.bigInt({ min: 0n, max: ALL_ONES_6 }),
    fc.bigInt({ min: 0n, max: 0xffffn }).map((low) => (0xfd00n << 112n) | low),
    fc.constantFrom(0n, 1n, ALL_ONES_6),
  );
}

export function prefixOf(family: Family): Arbitrary<Prefix> {
  return fc
    .tuple(addressOf(family), whole(0, family === 4 ? 32 : 128))
    .map(([address, length]) => makePrefix(address, maskOfLength(family, length)));
}

/** Any bits may stand outside the mask. */
export function maskedAddressOf(family: Family): Arbitrary<MaskedAddress> {
  return fc
    .tuple(addressOf(family), whole(0, family === 4 ? 32 : 128))
    .map(([address, length]) => ({ address, mask: maskOfLength(family, length) }));
}

export function addressRangeOf(family: Family): Arbitrary<{ min: Address; max: Address }> {
  return fc
    .tuple(addressOf(family), addressOf(family))
    .map(([one, other]) => (one < other ? { min: one, max: other } : { min: other, max: one }));
}

export const maskedMark: Arbitrary<MaskedNumber> = fc.record({
  value: whole(0, MAX_32),
  mask: fc.oneof(fc.constant(MAX_32), whole(0, MAX_32)),
});

const WORD_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789_-".split("");

/** A word that no shell and no save would quote. */
export function plainWord(maxLength: number): Arbitrary<string> {
  return fc
    .array(fc.constantFrom(...WORD_CHARACTERS), { minLength: 1, maxLength })
    .map((characters) => characters.join(""))
    .filter((word) => !word.startsWith("-"));
}

/** A device, or all whose names begin alike. */
export const interfaceName: Arbitrary<string> = fc
  .tuple(
    fc.constantFrom("eth", "cali", "veth", "br-", "docker", "wlan0.", "tun"),
    fc.integer({ min: 0, max: 9999 }),
    fc.constantFrom("", "", "+"),
  )
  .map(([kind, number, wildcard]) => `${kind}${number}${wildcard}`);

const TEXT_CHARACTERS = [..."abcXYZ019 _-.,:;/\\\"'`$&|<>()[]{}*?!#%@=+~^".split(""), "ü", "→"];

/** Text of one line, with everything that needs care in quotes. */
export function text(maxLength: number): Arbitrary<string> {
  return fc
    .array(fc.constantFrom(...TEXT_CHARACTERS), { minLength: 1, maxLength })
    .map((characters) => characters.join(""));
}

/** Some of the given words in their order, at least one. */
export function someOf<Word extends string>(words: readonly Word[]): Arbitrary<readonly Word[]> {
  return fc.subarray([...words], { minLength: 1 });
}

/** The keys of both. */
export function both<First extends object, Second extends object>(
  first: Arbitrary<First>,
  second: Arbitrary<Second>,
): Arbitrary<First & Second> {
  return fc.tuple(first, second).map(([one, other]) => Object.assign({}, one, other));
}
