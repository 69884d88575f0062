const COLON = 58;
const GROUPS = 8;

/**
 * Reads IPv6 addresses that are written as `formatAddress` writes them (RFC 5952), in hex only;
 * of dumps they are nearly all, and any other spelling is for `parseAddress`, which takes many
 * times as long. A property test holds the two equal.
 */
export class CanonicalIPv6Reader {
  readonly #text: string;
  readonly #octets = new DataView(new ArrayBuffer(2 * GROUPS));

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether `read` reads it; nothing is made. */
  isCanonical(from: number, to: number): boolean {
    const gap = this.#readGroups(from, to);
    return gap !== undefined && this.#isCanonical(gap);
  }

  read(from: number, to: number): bigint | undefined {
    if (!this.isCanonical(from, to)) return undefined;
    return (this.#octets.getBigUint64(0) << 64n) | this.#octets.getBigUint64(8);
  }

  /** Fills the groups in; the number of those that `::` stands for, or `undefined`. */
  #readGroups(from: number, to: number): number | undefined {
    const text = this.#text;
    let count = 0;
    let before = -1;
    let at = from;
    while (at < to) {
      if (text.charCodeAt(at) === COLON && text.charCodeAt(at + 1) === COLON && at + 1 < to) {
        if (before >= 0) return undefined;
        before = count;
        at += 2;
        continue;
      }
      if (count > 0 && before !== count && text.charCodeAt(at++) !== COLON) return undefined;
      const end = this.#readGroup(at, to, count++);
      if (end < 0) return undefined;
      at = end;
    }
    if (before < 0) return count === GROUPS ? 0 : undefined;
    return this.#spread(before, count);
  }

  /** One to four hex digits, lower case, without leading zeros; where they end, or -1. */
  #readGroup(from: number, to: number, group: number): number {
    let value = 0;
    let at = from;
    for (; at < to; at++) {
      const digit = hexDigit(this.#text.charCodeAt(at));
      if (digit < 0) break;
      if (value === 0 && at > from) return -1;
      value = value * 16 + digit;
    }
    if (at === from || value > 0xffff || group >= GROUPS) return -1;
    this.#setGroup(group, value);
    return at;
  }

  /** Moves the groups behind `::`, before which `before` of the `count` groups stand, to the end. */
  #spread(before: number, count: number): number | undefined {
    const gap = GROUPS - count;
    if (gap < 2) return undefined;
    for (let group = count - 1; group >= before; group--) {
      this.#setGroup(group + gap, this.#group(group));
    }
    for (let group = before; group < before + gap; group++) this.#setGroup(group, 0);
    return before * 16 + gap;
  }

  /** Whether `::` stands where it must: for the longest run of zeros, the first of equal ones. */
  #isCanonical(given: number): boolean {
    let best = 0;
    let longest = 1;
    let run = 0;
    for (let group = 0; group < GROUPS; group++) {
      run = this.#group(group) === 0 ? run + 1 : 0;
      if (run > longest) {
        longest = run;
        best = (group + 1 - run) * 16 + run;
      }
    }
    return best === given && !this.#hasDottedTail();
  }

  /** Addresses that are written with an IPv4 address at their end. */
  #hasDottedTail(): boolean {
    for (let group = 0; group < 5; group++) if (this.#group(group) !== 0) return false;
    const sixth = this.#group(5);
    return sixth === 0xffff || (sixth === 0 && this.#group(6) !== 0);
  }

  #group(group: number): number {
    return this.#octets.getUint16(2 * group);
  }

  #setGroup(group: number, value: number): void {
    this.#octets.setUint16(2 * group, value);
  }
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  return code >= 97 && code <= 102 ? code - 87 : -1;
}
