import {
  ALL_ONES_4,
  ALL_ONES_6,
  familyOf,
  formatAddress,
  parseAddress,
  widthOf,
  type Address,
  type Family,
} from "./ip.js";

/**
 * An address and the bits of it that count. Masks need not be contiguous: iptables takes
 * `/255.0.255.0` and the kernel compares with it. `address` has no bits outside `mask`.
 */
export interface Prefix {
  readonly address: Address;
  readonly mask: Address;
  /** How it was spelled, where that is not what `formatPrefix` says; two spellings mean the same. */
  readonly text?: string;
}

export function allOnes(family: Family): Address {
  return family === 4 ? ALL_ONES_4 : ALL_ONES_6;
}

/** The mask of the first `length` bits; `length` is 0 to 32 or 0 to 128. */
export function maskOfLength(family: Family, length: number): Address {
  if (family === 4) return length === 0 ? 0 : (ALL_ONES_4 << (32 - length)) >>> 0;
  return ALL_ONES_6 ^ ((1n << BigInt(128 - length)) - 1n);
}

/** How many leading bits the mask holds; `undefined` for a mask with holes. */
export function lengthOfMask(mask: Address): number | undefined {
  const family = familyOf(mask);
  const inverted = typeof mask === "number" ? BigInt(ALL_ONES_4 - mask) : ALL_ONES_6 - mask;
  if ((inverted & (inverted + 1n)) !== 0n) return undefined;
  return widthOf(family) - (inverted === 0n ? 0 : inverted.toString(2).length);
}

export function makePrefix(address: Address, mask: Address): Prefix {
  return { address: andAddress(address, mask), mask };
}

export function hostPrefix(address: Address): Prefix {
  return { address, mask: typeof address === "number" ? ALL_ONES_4 : ALL_ONES_6 };
}

/** Bitwise and of two addresses of one family. */
export function andAddress(left: Address, right: Address): Address {
  if (typeof left === "number" && typeof right === "number") return (left & right) >>> 0;
  return BigInt(left) & BigInt(right);
}

/** Whether the address lies in the prefix; never when they are of different families. */
export function prefixContains(prefix: Prefix, address: Address): boolean {
  if (typeof prefix.address === "number") {
    return (
      typeof address === "number" &&
      typeof prefix.mask === "number" &&
      (address & prefix.mask) >>> 0 === prefix.address
    );
  }
  return (
    typeof address === "bigint" &&
    typeof prefix.mask === "bigint" &&
    (address & prefix.mask) === prefix.address
  );
}

/** Reads `address`, `address/length` or `address/mask`; host bits are cleared, as iptables does. */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf("/");
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  if (slash < 0) return hostPrefix(address);
  const mask = parseMask(familyOf(address), text.slice(slash + 1));
  return mask === undefined ? undefined : makePrefix(address, mask);
}

function parseMask(family: Family, text: string): Address | undefined {
  if (/^\d{1,3}$/.test(text)) {
    const length = Number(text);
    return length <= widthOf(family) ? maskOfLength(family, length) : undefined;
  }
  const mask = parseAddress(text);
  return mask !== undefined && familyOf(mask) === family ? mask : undefined;
}

/** `a.b.c.d/len`, or `/mask` where the mask has holes; a host has its `/32` or `/128`. */
export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix.address)}/${lengthOfMask(prefix.mask) ?? formatAddress(prefix.mask)}`;
}

export function samePrefix(left: Prefix, right: Prefix): boolean {
  return left.address === right.address && left.mask === right.mask;
}
