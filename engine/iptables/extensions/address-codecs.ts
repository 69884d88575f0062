import { formatAddress, parseAddressOf, type Address, type Family } from "../../net/ip.js";
import { parseCNumber, parseNumericIPv4, parseShortIPv4 } from "../../net/numeric.js";
import { allOnes, lengthOfMask, maskOfLength } from "../../net/prefix.js";
import { refuse, type Codec, type Refusal } from "./define.js";
import { oneWord, parseNumber } from "./codecs.js";

export const address: Codec<Address> = oneWord(
  (text, { family }) => parseHost(text, family),
  formatAddress,
);

/** As `getaddrinfo` reads it. */
function parseHost(text: string, family: Family): Address | Refusal {
  const host = parseAddressOf(family, text) ?? (family === 4 ? parseShortIPv4(text) : undefined);
  return host ?? refuse(`"${text}" is not an IPv${family} address`);
}

/** As `xtables_numeric_to_ipaddr` and `xtables_numeric_to_ip6addr` read it. */
function parseNumeric(text: string, family: Family): Address | Refusal {
  const host = family === 4 ? parseNumericIPv4(text) : parseAddressOf(family, text);
  return host ?? refuse(`"${text}" is not an IPv${family} address`);
}

/** An address and the bits of it that count; unlike a `Prefix`, it may have bits outside `mask`. */
export interface MaskedAddress {
  readonly address: Address;
  readonly mask: Address;
}

/** `ADDRESS`, `ADDRESS/LENGTH` or `ADDRESS/MASK`; host bits are kept (`XTTYPE_HOSTMASK`). */
export const maskedAddress: Codec<MaskedAddress> = oneWord(
  readMaskedAddress,
  ({ address: base, mask }) => {
    const length = lengthOfMask(mask);
    if (mask === allOnes(typeof base === "number" ? 4 : 6)) return formatAddress(base);
    return `${formatAddress(base)}/${length ?? formatAddress(mask)}`;
  },
);

export function readMaskedAddress(
  text: string,
  { family }: { readonly family: Family },
): MaskedAddress | Refusal {
  const slash = text.indexOf("/");
  const base = parseHost(slash < 0 ? text : text.slice(0, slash), family);
  if (typeof base === "object") return base;
  const length =
    slash < 0 ? (family === 4 ? 32 : 128) : readPrefixLength(text.slice(slash + 1), family);
  if (typeof length !== "number") return length;
  return { address: base, mask: maskOfLength(family, length) };
}

/**
 * A length, or a mask that amounts to one. A mask with holes counts as all ones, which is what
 * iptables makes of it (`xtopt_parse_plenmask`).
 */
export function readPrefixLength(text: string, family: Family): number | Refusal {
  const width = family === 4 ? 32 : 128;
  const length = parseNumber(text, 0, width);
  if (typeof length === "number") return length;
  const mask = parseHost(text, family);
  if (typeof mask === "object") return refuse(`"${text}" is neither a prefix length nor a mask`);
  return lengthOfMask(mask) ?? width;
}

/** As `prefixLength`, where the kernel refuses what iptables makes of a mask with holes. */
export const wholePrefixLength: Codec<number> = oneWord((text, { family }) => {
  const length = readPrefixLength(text, family);
  const mask = parseCNumber(text) === length ? undefined : parseHost(text, family);
  const hasHoles =
    mask !== undefined && typeof mask !== "object" && lengthOfMask(mask) === undefined;
  return hasHoles ? refuse(`the mask ${text} has holes`) : length;
}, String);

export const prefixLength: Codec<number> = oneWord(
  (text, { family }) => readPrefixLength(text, family),
  String,
);

/** From `min` to `max`, both included; backwards it never matches. */
export interface AddressRange {
  readonly min: Address;
  readonly max: Address;
}

/** `ADDRESS` or `MIN-MAX`; written with both ends. */
export const addressRange: Codec<AddressRange> = oneWord(
  (text, { family }) => {
    const dash = text.indexOf("-");
    const min = parseNumeric(dash < 0 ? text : text.slice(0, dash), family);
    const max = dash < 0 ? min : parseNumeric(text.slice(dash + 1), family);
    if (typeof min === "object") return min;
    return typeof max === "object" ? max : { min, max };
  },
  ({ min, max }) => `${formatAddress(min)}-${formatAddress(max)}`,
);

/** Six bytes as twelve lower-case hex digits with colons. */
export const macAddress: Codec<string> = oneWord(
  (text) => {
    const bytes = text.split(":");
    if (bytes.length !== 6 || !bytes.every((byte) => /^[0-9a-fA-F]{0,2}$/.test(byte))) {
      return refuse(`"${text}" is not a MAC address`);
    }
    return bytes.map((byte) => byte.toLowerCase().padStart(2, "0")).join(":");
  },
  (value) => value,
);
