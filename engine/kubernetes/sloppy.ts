import { isIPv6 } from "node:net";
import {
  ALL_ONES_4,
  familyOf,
  formatAddress,
  parseAddress,
  parseIPv4,
  widthOf,
  type Address,
  type Family,
} from "../net/ip.js";
import { lengthOfMask, makePrefix, maskOfLength, type Prefix } from "../net/prefix.js";

/**
 * Reads an address as Kubernetes does (`k8s.io/utils/net: ParseIPSloppy`): parts may have leading
 * zeros, which mean nothing, and an IPv4-mapped IPv6 address is the IPv4 address.
 */
export function parseSloppyAddress(text: string): Address | undefined {
  const plain = parseIPv4(text) ?? parseAddress(withoutLeadingZeros(text));
  return typeof plain === "bigint" && plain >> 32n === 0xffffn
    ? Number(plain & BigInt(ALL_ONES_4))
    : plain;
}

export function sloppyFamily(text: string): Family | undefined {
  if (isPlainIPv6(text)) return 6;
  const address = parseSloppyAddress(text);
  return address === undefined ? undefined : familyOf(address);
}

/**
 * A sound IPv6 address that needs no reading: its first part is not zero, so that it is no IPv4
 * address in IPv6 form, and it names no zone. Clusters hold 100,000 of them, and reading one takes
 * twenty times as long.
 */
function isPlainIPv6(text: string): boolean {
  const first = text.charCodeAt(0);
  return first !== COLON && first !== ZERO && isIPv6(text) && !text.includes("%");
}

const COLON = 0x3a;
const ZERO = 0x30;

/** `ParseCIDRSloppy`: address and length; host bits are cleared. `undefined` when it is neither. */
export function parseSloppyPrefix(text: string): Prefix | undefined {
  const slash = text.indexOf("/");
  const length = slash < 0 ? "" : text.slice(slash + 1);
  if (!/^\d{1,8}$/.test(length)) return undefined;
  const address = parseAddress(withoutLeadingZeros(text.slice(0, slash)));
  if (address === undefined || Number(length) > widthOf(familyOf(address))) return undefined;
  const prefix = makePrefix(address, maskOfLength(familyOf(address), Number(length)));
  return typeof prefix.address === "bigint" && prefix.address >> 32n === 0xffffn
    ? makePrefix(
        Number(prefix.address & BigInt(ALL_ONES_4)),
        maskOfLength(4, Math.max(0, Number(length) - 96)),
      )
    : prefix;
}

/** As Go's `net.IP.String` writes it: RFC 5952 without a dotted tail. */
export function cleanAddress(address: Address): string {
  if (typeof address === "bigint" && address >> 32n === 0n && address > 0xffffn) {
    return `::${(address >> 16n).toString(16)}:${(address & 0xffffn).toString(16)}`;
  }
  return formatAddress(address);
}

/** As Go's `net.IPNet.String` writes it. */
export function cleanPrefix(prefix: Prefix): string {
  return `${cleanAddress(prefix.address)}/${lengthOfMask(prefix.mask) ?? 0}`;
}

function withoutLeadingZeros(text: string): string {
  return text.replaceAll(/(?<![0-9a-fA-F])0+(?=[0-9a-fA-F])/g, "");
}
