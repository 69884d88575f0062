import { refuse, type Codec } from "./define.js";
import { MAX_32, oneWord, parseNumber } from "./codecs.js";
import { parseRate, printRate } from "./rate.js";

/** Parts of a second in which the kernel counts (`XT_HASHLIMIT_SCALE_v2`). */
export const HASHLIMIT_SCALE = 1_000_000;

/**
 * How often on the average: a packet every `interval` millionths of a second, or 16 bytes for
 * `cost` of the 2^32-1 credits of a second (kernel: `xt_hashlimit.c: user2credits`).
 */
export type HashRate =
  | {
      readonly per: "packet";
      readonly interval: number;
      /** Length of the unit it was written in, where the defaults still depend on it. */
      readonly seconds?: number;
    }
  | { readonly per: "byte"; readonly cost: number };

export const hashRate: Codec<HashRate> = oneWord(
  (text) => {
    const bytes = /^(\d+)(?:.*?([km]))?b\/s/.exec(text);
    if (bytes !== null) return byteRate(Number(bytes[1]) * factorOf(bytes[2]), text);
    const given = parseRate(text);
    if (given === undefined) return refuse(`"${text}" is not a rate such as 3/minute or 1kb/s`);
    const interval = Math.floor((HASHLIMIT_SCALE * given.seconds) / given.count);
    return interval > 0
      ? { per: "packet", interval, seconds: given.seconds }
      : refuse(`${text} is too fast`);
  },
  (rate) =>
    rate.per === "packet"
      ? printRate(rate.interval, HASHLIMIT_SCALE).text
      : `${printByteRate(rate.cost)}b/s`,
);

function byteRate(bytes: number, text: string): HashRate | ReturnType<typeof refuse> {
  if (bytes === 0) return refuse(`"${text}" is no rate`);
  return bytes < 16 * MAX_32 ? { per: "byte", cost: costOf(bytes) } : refuse(`${text} is too fast`);
}

function costOf(bytes: number): number {
  return Math.floor(MAX_32 / (Math.floor(bytes / 16) + 1));
}

/** What the kernel makes of a rate of bytes a second. */
export function bytesOf(cost: number): number {
  return (Math.floor(MAX_32 / cost) - 1) * 16;
}

function factorOf(letter: string | undefined): number {
  if (letter === "m") return 1024 * 1024;
  return letter === "k" ? 1024 : 1;
}

const UNITS = ["m", "k"] as const;

/** The largest unit that loses nothing. */
function printByteRate(cost: number): string {
  const bytes = bytesOf(cost);
  const unit = UNITS.find((letter) => {
    const size = factorOf(letter);
    return bytes >= size && costOf(bytes - (bytes % size)) === cost;
  });
  return `${Math.floor(bytes / factorOf(unit))}${unit ?? ""}`;
}

/** A burst of bytes, cut to the largest unit it reaches. */
export function printByteBurst(bytes: number): string {
  const unit = UNITS.find((letter) => bytes >= factorOf(letter));
  return `${Math.floor(bytes / factorOf(unit))}${unit ?? ""}b`;
}

const MAX_BURST = 1_000_000;

/** Packets, or bytes with `k` or `m` behind the number; what follows is not looked at. */
export const hashBurst: Codec<number> = oneWord((text) => {
  const parts = /^(\s*\+?(?:0[xX][0-9a-fA-F]+|\d+))(.*)$/.exec(text);
  const count = parseNumber(parts?.[1] ?? text, 1, Number.MAX_SAFE_INTEGER);
  if (typeof count !== "number") return count;
  const tail = parts?.[2] ?? "";
  if (tail === "" && count > MAX_BURST) return refuse(`${text} is above ${MAX_BURST}`);
  const burst = count * factorOf(tail.charAt(0));
  return burst <= Number.MAX_SAFE_INTEGER ? burst : refuse(`${text} is too large`);
}, String);

/**
 * A burst of bytes as a whole number of the rate's own units, which must not be 0 bytes; of a burst
 * of more than 32 bits iptables only sees that it is no whole number.
 */
export function wholeByteBurst(burst: number, unit: number): number {
  const units = Math.floor((burst % 2 ** 32) / unit) + (burst % unit === 0 ? 0 : 1);
  return units * unit;
}
