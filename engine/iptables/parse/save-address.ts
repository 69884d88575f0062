import { parseIPv4, type Family } from "../../net/ip.js";
import { makePrefix, maskOfLength, type Prefix } from "../../net/prefix.js";
import { CanonicalIPv6Reader } from "../../net/canonical-ipv6.js";

/**
 * Reads addresses that are written the way `iptables-save` or kube-proxy write them, with a length
 * in decimal or none; `undefined` for any other spelling, which is left to the general reader.
 */
export class SaveAddressReader {
  readonly #family: Family;
  readonly #width: number;
  readonly #text: string;
  readonly #ipv6: CanonicalIPv6Reader;

  constructor(text: string, family: Family) {
    this.#family = family;
    this.#width = family === 4 ? 32 : 128;
    this.#text = text;
    this.#ipv6 = new CanonicalIPv6Reader(text);
  }

  /** Whether `read` reads it; nothing is made. */
  isPlain(from: number, to: number): boolean {
    const slash = this.#slash(from, to);
    const length = this.#length(slash, to);
    if (length < 0 || length > this.#width) return false;
    return this.#family === 4
      ? parseIPv4(this.#text, from, slash) !== undefined
      : this.#ipv6.isCanonical(from, slash);
  }

  /** `isBehindMatch`: there a save has no addresses, and `/32` is a spelling to be kept. */
  read(from: number, to: number, isBehindMatch: boolean): Prefix | undefined {
    const text = this.#text;
    const slash = this.#slash(from, to);
    const isIPv4 = this.#family === 4;
    const address = isIPv4 ? parseIPv4(text, from, slash) : this.#ipv6.read(from, slash);
    if (address === undefined) return undefined;
    const width = this.#width;
    const length = this.#length(slash, to);
    if (length < 0 || length > width) return undefined;
    if (length === width && (slash === to || !isBehindMatch)) {
      return { address, mask: maskOfLength(this.#family, width) };
    }
    const prefix = makePrefix(address, maskOfLength(this.#family, length));
    const isUsual = prefix.address === address && length < width;
    return isUsual ? prefix : { ...prefix, text: text.slice(from, to) };
  }

  #slash(from: number, to: number): number {
    let slash = from;
    while (slash < to && this.#text.charCodeAt(slash) !== SLASH) slash++;
    return slash;
  }

  #length(slash: number, to: number): number {
    return slash === to ? this.#width : shortNumber(this.#text, slash + 1, to);
  }
}

const SLASH = 47;

/** 0 to 999 in decimal without leading zeros; -1 for anything else. */
function shortNumber(text: string, from: number, to: number): number {
  const count = to - from;
  if (count < 1 || count > 3) return -1;
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9) || (digit === 0 && value === 0 && count > 1)) return -1;
    value = value * 10 + digit;
  }
  return value;
}
