import { IPv6 } from "ip-num";
import { CanonicalIPv6Reader } from "./canonical-ipv6.js";

/** The version of IP. */
export type Family = 4 | 6;

/**
 * An IP address as a number: a `number` (0 to 2^32-1) is IPv4, a `bigint` (0 to 2^128-1) is IPv6,
 * so that the type itself tells the family and IPv4, by far the commoner, costs no allocation.
 */
export type Address = number | bigint;

export const ALL_ONES_4 = 0xffffffff;
export const ALL_ONES_6 = (1n << 128n) - 1n;

/** 4 for a `number`, 6 for a `bigint`. */
export function familyOf(address: Address): Family {
  return typeof address === "number" ? 4 : 6;
}

/** Bits in an address of this family. */
export function widthOf(family: Family): 32 | 128 {
  return family === 4 ? 32 : 128;
}

/** Reads either family; `undefined` when the text is no address. */
export function parseAddress(text: string): Address | undefined {
  return text.includes(":") ? parseIPv6(text) : parseIPv4(text);
}

/** Reads an address of the given family only. */
export function parseAddressOf(family: Family, text: string): Address | undefined {
  return family === 4 ? parseIPv4(text) : text.includes(":") ? parseIPv6(text) : undefined;
}

/**
 * Four decimal parts, no leading zeros, as `inet_pton` takes them. Written by hand because dumps
 * hold hundreds of thousands and the library needs 3.6 us an address; a property test holds the
 * two equal.
 */
export function parseIPv4(text: string, start = 0, end = text.length): number | undefined {
  let address = 0;
  let part = 0;
  let digits = 0;
  let dots = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 46) {
      if (digits === 0 || ++dots > 3) return undefined;
      address = address * 256 + part;
      part = 0;
      digits = 0;
    } else if (code >= 48 && code <= 57) {
      if (digits > 0 && part === 0) return undefined;
      part = part * 10 + code - 48;
      if (part > 255) return undefined;
      digits++;
    } else {
      return undefined;
    }
  }
  return dots === 3 && digits > 0 ? address * 256 + part : undefined;
}

const IPV6_SHAPE = /^[0-9a-fA-F:]+(?:(?<=:)\d+\.\d+\.\d+\.\d+)?$/;

function parseIPv6(text: string): bigint | undefined {
  const canonical = new CanonicalIPv6Reader(text).read(0, text.length);
  if (canonical !== undefined) return canonical;
  if (!IPV6_SHAPE.test(text)) return undefined;
  const plain = withoutDottedTail(text);
  if (plain === undefined) return undefined;
  try {
    return new IPv6(plain).getValue();
  } catch {
    return undefined;
  }
}

/** `::ffff:1.2.3.4` to `::ffff:102:304`, which is all the library reads. */
function withoutDottedTail(text: string): string | undefined {
  if (!text.includes(".")) return text;
  const cut = text.lastIndexOf(":") + 1;
  const tail = parseIPv4(text, cut);
  if (tail === undefined) return undefined;
  return `${text.slice(0, cut)}${(tail >>> 16).toString(16)}:${(tail & 0xffff).toString(16)}`;
}

/** The canonical text: dotted quad, or RFC 5952 (as `inet_ntop` writes it). */
export function formatAddress(address: Address): string {
  return typeof address === "number" ? formatIPv4(address) : formatIPv6(address);
}

function formatIPv4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/**
 * Written by hand because rules of a large IPv6 cluster hold hundreds of thousands of addresses and
 * the library needs 2.8 us for one, this 0.5 us; a property test holds the two equal.
 */
function formatIPv6(address: bigint): string {
  const dotted = dottedTail(address);
  if (dotted !== undefined) return dotted;
  const groups = groupsOf(address);
  const { start, length } = longestZeros(groups);
  if (length < 2) return groups.map(hex).join(":");
  const before = groups.slice(0, start).map(hex).join(":");
  const after = groups
    .slice(start + length)
    .map(hex)
    .join(":");
  return `${before}::${after}`;
}

/** The eight groups of 16 bits, the first one first. */
function groupsOf(address: bigint): readonly number[] {
  const groups: number[] = [];
  for (let word = 3n; word >= 0n; word--) {
    const bits = Number((address >> (word * 32n)) & 0xffffffffn);
    groups.push(bits >>> 16, bits & 0xffff);
  }
  return groups;
}

/** The first of the longest runs of groups that are zero, which `::` stands for. */
function longestZeros(groups: readonly number[]): {
  readonly start: number;
  readonly length: number;
} {
  let start = 0;
  let length = 0;
  let run = 0;
  for (const [at, group] of groups.entries()) {
    run = group === 0 ? run + 1 : 0;
    if (run > length) {
      length = run;
      start = at + 1 - run;
    }
  }
  return { start, length };
}

function hex(group: number): string {
  return group.toString(16);
}

/** glibc's `inet_ntop` writes v4-mapped and v4-compatible addresses with a dotted tail. */
function dottedTail(address: bigint): string | undefined {
  const high = address >> 32n;
  const low = Number(address & 0xffffffffn);
  if (high === 0xffffn) return `::ffff:${formatIPv4(low)}`;
  return high === 0n && low > 0xffff ? `::${formatIPv4(low)}` : undefined;
}
