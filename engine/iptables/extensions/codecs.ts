import { formatAddress, parseAddressOf, type Address } from "../../net/ip.js";
import { refuse, type Codec, type Refusal } from "./define.js";
import { parsePort } from "../../net/port.js";

/** From `min` to `max`, both included. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** `(value & mask)` in the order in which iptables writes it: `VALUE/MASK`. */
export interface MaskedNumber {
  readonly value: number;
  readonly mask: number;
}

/** An option without a value. */
export const present: Codec<true> = { words: 0, read: () => true, write: () => "" };

/** One word, kept as it is. */
export const word: Codec<string> = oneWord(
  (text) => text,
  (value) => value,
);

export function oneWord<T>(
  read: (text: string, reading: Parameters<Codec<T>["read"]>[1]) => T | Refusal,
  write: Codec<T>["write"],
): Codec<T> {
  return { words: 1, read: ([text = ""], reading) => read(text, reading), write };
}

/** A whole number as `xtables_strtoui` takes it: decimal, `0x` hex or `0` octal. */
export function parseNumber(text: string, min: number, max: number): number | Refusal {
  if (!/^(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.test(text)) {
    return refuse(`"${text}" is not a number`);
  }
  const value = /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text);
  return value >= min && value <= max ? value : refuse(`${text} is not in ${min} to ${max}`);
}

export function number(min: number, max: number): Codec<number> {
  return oneWord((text) => parseNumber(text, min, max), String);
}

export const MAX_32 = 0xffffffff;

/** `VALUE` or `VALUE/MASK`, 32 bits each; the mask is all ones when not given. */
export function parseMasked(text: string): MaskedNumber | Refusal {
  const slash = text.indexOf("/");
  const value = parseNumber(slash < 0 ? text : text.slice(0, slash), 0, MAX_32);
  const mask = slash < 0 ? MAX_32 : parseNumber(text.slice(slash + 1), 0, MAX_32);
  if (typeof value !== "number") return value;
  return typeof mask === "number" ? { value, mask } : mask;
}

export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** A mark to compare with: a save leaves out a mask of all ones. */
export const mark: Codec<MaskedNumber> = oneWord(parseMasked, ({ value, mask }) =>
  mask === MAX_32 ? hex(value) : `${hex(value)}/${hex(mask)}`,
);

/** `PORT` or `MIN:MAX`, either end open, by number or by name. */
export const portRange: Codec<Range> = oneWord(
  (text) => {
    const colon = text.indexOf(":");
    const low = colon < 0 ? text : text.slice(0, colon);
    const high = colon < 0 ? text : text.slice(colon + 1);
    const min = low === "" ? 0 : parsePort(low);
    const max = high === "" ? 65535 : parsePort(high);
    if (min === undefined || max === undefined || text === "") {
      return refuse(`"${text}" is not a port or a range of ports`);
    }
    return min <= max ? { min, max } : refuse(`the range ${text} runs backwards`);
  },
  ({ min, max }) => (min === max ? String(min) : `${min}:${max}`),
);

export const address: Codec<Address> = oneWord(
  (text, { family }) =>
    parseAddressOf(family, text) ?? refuse(`"${text}" is not an IPv${family} address`),
  formatAddress,
);

/** One of a fixed set of words. */
export function oneOf<const Word extends string>(words: readonly Word[]): Codec<Word> {
  return oneWord(
    (text) =>
      words.find((known) => known === text) ?? refuse(`"${text}" is none of ${words.join(", ")}`),
    (value) => value,
  );
}

/** A comma-separated subset of `words`, any case, kept and written in the order given here. */
export function setOf<const Word extends string>(words: readonly Word[]): Codec<readonly Word[]> {
  return oneWord<readonly Word[]>(
    (text) => {
      const given = text.split(",").map((item) => item.toUpperCase());
      const stray = given.find((item) => !words.some((known) => known.toUpperCase() === item));
      if (stray !== undefined) return refuse(`"${stray}" is none of ${words.join(", ")}`);
      return words.filter((known) => given.includes(known.toUpperCase()));
    },
    (value) => value.join(","),
  );
}
