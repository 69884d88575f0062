import type { Address } from "../../engine/net/ip.js";
import { jhash2, reciprocalScale } from "./jhash.js";

/**
 * Picks one of several NAT addresses as `nf_nat_core.c: find_best_ips_proto` does, by a hash of the
 * connection's source (and, unless `persistent`, its destination and the number of its zone), so
 * that one client keeps one address. The kernel hashes words in its own byte order; little-endian is taken here. Each further
 * word of an IPv6 address also depends on the destination's word before it, which DNAT has by then
 * replaced.
 */
export function pickAddress(
  range: { readonly min: Address; readonly max: Address },
  source: Address,
  destination: Address,
  how: {
    readonly persistent: boolean;
    readonly side: "source" | "destination";
    readonly zone: number;
  },
): Address {
  const { persistent, side, zone } = how;
  const { min, max } = range;
  if (min === max) return min;
  const low = wordsOf(min);
  const high = wordsOf(max);
  const target = wordsOf(destination);
  const last = target.at(-1) ?? 0;
  let hash = jhash2(
    padded(wordsOf(source)).map(swapped),
    persistent ? 0 : (swapped(last) ^ zone) >>> 0,
  );
  let whole = false;
  const chosen = low.map((from, at) => {
    const to = high[at] ?? 0;
    const value = whole
      ? reciprocalScale(hash, 0xffffffff)
      : from + reciprocalScale(hash, to - from + 1);
    if (value !== to) whole = true;
    if (!persistent)
      hash = (hash ^ swapped(side === "destination" ? value : (target[at] ?? 0))) >>> 0;
    return value;
  });
  return fromWords(chosen);
}

/** The kernel's own 32-bit words of an address in network order, on a little-endian machine. */
export function addressWords(address: Address): readonly number[] {
  return wordsOf(address).map(swapped);
}

function wordsOf(address: Address): readonly number[] {
  if (typeof address === "number") return [address];
  return [96n, 64n, 32n, 0n].map((shift) => Number((address >> shift) & 0xffffffffn));
}

function fromWords(words: readonly number[]): Address {
  const [first = 0] = words;
  if (words.length === 1) return first;
  return words.reduce((address, next) => (address << 32n) | BigInt(next), 0n);
}

/** Every address is hashed in the room of the longest. */
function padded(words: readonly number[]): readonly number[] {
  return [...words, 0, 0, 0].slice(0, 4);
}

function swapped(word: number): number {
  return ((word >>> 24) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff0000) | (word << 24)) >>> 0;
}
