import {
  ALL_ONES_4,
  parseAddressOf,
  parseIPv4,
  widthOf,
  type Address,
  type Family,
} from "../../net/ip.js";
import { parseCNumber, parseNumericIPv4, parseShortIPv4 } from "../../net/numeric.js";
import { hostPrefix, makePrefix, maskOfLength, type Prefix } from "../../net/prefix.js";

/** Why an address could not be read. */
export type AddressTrouble =
  | { readonly kind: "host-name" }
  | { readonly kind: "refused"; readonly message: string };

/**
 * One `ADDRESS[/MASK]` as `-s` and `-d` take it (`libxtables: xtables_ipparse_multiple`): IPv4
 * parts may be missing or in hex or octal (`10.1/16`), the mask is a length or an address. What
 * is no address would be looked up as a host name.
 */
export function readPrefix(text: string, family: Family): Prefix | AddressTrouble {
  const slash = text.lastIndexOf("/");
  const host = slash < 0 ? text : text.slice(0, slash);
  const address = readAddress(host, family);
  const mask = slash < 0 ? undefined : readMask(text.slice(slash + 1), family);
  if (slash >= 0 && mask === undefined) {
    return { kind: "refused", message: `"${text.slice(slash + 1)}" is no mask` };
  }
  if (address === undefined) {
    if (host === "") return { kind: "refused", message: "the address is empty" };
    return { kind: "host-name" };
  }
  return mask === undefined ? hostPrefix(address) : makePrefix(address, mask);
}

function readAddress(text: string, family: Family): Address | undefined {
  return family === 4
    ? (parseNumericIPv4(text) ?? parseShortIPv4(text))
    : parseAddressOf(family, text);
}

function readMask(text: string, family: Family): Address | undefined {
  const length = parseCNumber(text);
  if (length !== undefined && length <= widthOf(family)) return maskOfLength(family, length);
  if (family === 6) return parseAddressOf(6, text);
  return parseIPv4(text);
}

/** Whether nothing is asked of the address: `0/0`, which a save leaves out. */
export function isAnyAddress(prefix: Prefix): boolean {
  return typeof prefix.mask === "number" ? prefix.mask === 0 : prefix.mask === 0n;
}

export function isHost(prefix: Prefix): boolean {
  return typeof prefix.mask === "number"
    ? prefix.mask === ALL_ONES_4
    : prefix.mask === hostPrefix(prefix.address).mask;
}

/** The longest interface name, in bytes (`IFNAMSIZ` less its end). */
export const MAX_INTERFACE_BYTES = 15;
