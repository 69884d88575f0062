import { parseCNumber } from "../../net/numeric.js";
import { listedProtocol } from "../../net/protocol.js";
import { refuse, type Codec, type Reading, type Refusal } from "./define.js";

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

export const MAX_8 = 0xff;
export const MAX_16 = 0xffff;
export const MAX_32 = 0xffffffff;

/** An option without a value. */
export const present: Codec<true> = { words: 0, read: () => true, write: () => "" };

/** One word, kept as it is. */
export const word: Codec<string> = oneWord(
  (text) => text,
  (value) => value,
);

export function oneWord<T>(
  read: (text: string, reading: Reading) => T | Refusal,
  write: Codec<T>["write"],
): Codec<T> {
  return { words: 1, read: ([text = ""], reading) => read(text, reading), write };
}

/** A whole number as `xtables_strtoui` takes it: see `parseCNumber`. */
export function parseNumber(text: string, min: number, max: number): number | Refusal {
  const value = parseCNumber(text);
  if (value === undefined) return refuse(`"${text}" is not a number`);
  return value >= min && value <= max ? value : refuse(`${text} is not in ${min} to ${max}`);
}

export function number(min: number, max: number): Codec<number> {
  return oneWord((text) => parseNumber(text, min, max), String);
}

const NUMBER = /^[ \t\n\v\f\r]*\+?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/;

/** 0 to 2^64-1. */
export const counter: Codec<bigint> = oneWord((text) => {
  const digits = NUMBER.exec(text)?.[1];
  if (digits === undefined) return refuse(`"${text}" is not a number`);
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return value < 2n ** 64n ? value : refuse(`${text} is not below 2^64`);
}, String);

/** `VALUE` or `VALUE/MASK` of numbers up to `limit`; the mask is all ones when not given. */
export function parseMasked(text: string, limit: number = MAX_32): MaskedNumber | Refusal {
  const slash = text.indexOf("/");
  const value = parseNumber(slash < 0 ? text : text.slice(0, slash), 0, limit);
  const mask = slash < 0 ? limit : parseNumber(text.slice(slash + 1), 0, limit);
  if (typeof value !== "number") return value;
  return typeof mask === "number" ? { value, mask } : mask;
}

export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** A mark to compare with: a save leaves out a mask of all ones. */
export const mark: Codec<MaskedNumber> = oneWord(
  (text) => parseMasked(text),
  ({ value, mask }) => (mask === MAX_32 ? hex(value) : `${hex(value)}/${hex(mask)}`),
);

/** `N`, `MIN:MAX`, `:MAX` or `MIN:`; a range that runs backwards is taken and never matches. */
export function numberRange(limit: number): Codec<Range> {
  return oneWord((text) => {
    const [low = "", high, ...rest] = text.split(":");
    if (rest.length > 0) return refuse(`"${text}" has too many parts`);
    const min = low === "" ? 0 : parseNumber(low, 0, limit);
    const max = high === undefined ? min : high === "" ? limit : parseNumber(high, 0, limit);
    if (typeof min !== "number") return min;
    return typeof max === "number" ? { min, max } : max;
  }, writeRange);
}

export function writeRange({ min, max }: Range): string {
  return min === max ? String(min) : `${min}:${max}`;
}

/** By name or number; written as a number. */
export const protocol: Codec<number> = oneWord(
  (text) => listedProtocol(text) ?? refuse(`"${text}" is not a protocol`),
  String,
);

/** One of a fixed set of words; `aliases` are further spellings of them. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  aliases: Readonly<Record<string, Word>> = {},
): Codec<Word> {
  return oneWord(
    (text) =>
      words.find((known) => known === text) ??
      (Object.hasOwn(aliases, text) ? aliases[text] : undefined) ??
      refuse(`"${text}" is none of ${words.join(", ")}`),
    (value) => value,
  );
}

/** As `oneOf`, in any case. */
export function oneOfAnyCase<const Word extends string>(
  words: readonly Word[],
  aliases: Readonly<Record<string, Word>> = {},
): Codec<Word> {
  return oneWord(
    (text) =>
      words.find((known) => known.toLowerCase() === text.toLowerCase()) ??
      (Object.hasOwn(aliases, text.toLowerCase()) ? aliases[text.toLowerCase()] : undefined) ??
      refuse(`"${text}" is none of ${words.join(", ")}`),
    (value) => value,
  );
}

/**
 * A comma-separated subset of `words`, kept and written in the order given here. Any case, and cut
 * short as far as iptables reads it: the first word of `readOrder` that starts so is meant.
 */
export function setOf<const Word extends string>(
  words: readonly Word[],
  readOrder: readonly Word[] = words,
): Codec<readonly Word[]> {
  return oneWord<readonly Word[]>(
    (text) => {
      const found: Word[] = [];
      for (const item of text.split(",")) {
        const known = readOrder.find((name) => item !== "" && startsWith(name, item));
        if (known === undefined) return refuse(`"${item}" is none of ${words.join(", ")}`);
        found.push(known);
      }
      return words.filter((known) => found.includes(known));
    },
    (value) => value.join(","),
  );
}

/** Whether `name` begins with `text`, in any case (`strncasecmp`). */
export function startsWith(name: string, text: string): boolean {
  return name.slice(0, text.length).toLowerCase() === text.toLowerCase();
}
