import { define, negatable, option, refuse, type Codec, type InstanceOf } from "./define.js";
import { wholePrefixLength } from "./address-codecs.js";
import { MAX_32, number, oneWord, present } from "./codecs.js";
import {
  bytesOf,
  hashBurst,
  hashRate,
  HASHLIMIT_SCALE,
  printByteBurst,
  wholeByteBurst,
} from "./hash-rate.js";
import type { HashRate } from "./hash-rate.js";
import { printRate } from "./rate.js";
import { saveOptions } from "./save.js";
import { isFileName, name } from "./text-codecs.js";

/** In the order in which a save prints them. */
export const HASHLIMIT_PARTS = ["srcip", "srcport", "dstip", "dstport"] as const;

/** What packets are told apart by; nothing: all packets share one bucket. */
const mode: Codec<readonly (typeof HASHLIMIT_PARTS)[number][]> = oneWord<
  readonly (typeof HASHLIMIT_PARTS)[number][]
>(
  (text) => {
    const given = text.split(/[,|]/).filter((item) => item !== "");
    const stray = given.find((item) => !HASHLIMIT_PARTS.some((part) => part === item));
    return stray === undefined
      ? HASHLIMIT_PARTS.filter((part) => given.includes(part))
      : refuse(`"${stray}" is none of ${HASHLIMIT_PARTS.join(", ")}`);
  },
  (value) => value.join(","),
);

const interval: Codec<number> = oneWord((text) => {
  const seconds = Number.parseInt(text, 10);
  return seconds >= 1 && seconds <= MAX_32 ? seconds : refuse(`"${text}" is no number of seconds`);
}, String);

const size = number(0, MAX_32);
const options = {
  upto: negatable("--hashlimit-upto", hashRate, { aliases: ["--hashlimit"] }),
  above: negatable("--hashlimit-above", hashRate),
  /** Packets; bytes where the rate is of bytes. */
  burst: option("--hashlimit-burst", hashBurst),
  mode: option("--hashlimit-mode", mode),
  table: option("--hashlimit-name", name(254)),
  /** Buckets, entries; absent: as the module chooses. */
  size: option("--hashlimit-htable-size", size),
  max: option("--hashlimit-htable-max", size),
  /** Milliseconds. */
  gcInterval: option("--hashlimit-htable-gcinterval", size),
  expire: option("--hashlimit-htable-expire", size),
  srcMask: option("--hashlimit-srcmask", wholePrefixLength),
  dstMask: option("--hashlimit-dstmask", wholePrefixLength),
  rateMatch: option("--hashlimit-rate-match", present),
  /** Seconds. */
  rateInterval: option("--hashlimit-rate-interval", interval),
};
type Data = { readonly upto?: Asked; readonly above?: Asked; readonly burst?: number };
type Asked = { readonly not: boolean; readonly value: HashRate };

const DEFAULT_BURST = 5;
const GC_INTERVAL = 1000;
/** The kernel cuts larger tables to this (`HASHLIMIT_MAX_SIZE`). */
const MAX_ENTRIES = 1_048_576;

/** A token bucket for each source, destination, ... (kernel: `net/netfilter/xt_hashlimit.c`). */
export const hashlimit = define({
  name: "hashlimit",
  families: [4, 6],
  options,
  check: (data) => {
    const rate = rateOf(data);
    if (rate === undefined || (data.upto !== undefined && data.above !== undefined)) {
      return "exactly one of --hashlimit-upto and --hashlimit-above is required";
    }
    if (data.table === undefined) return "--hashlimit-name is required";
    if (!isFileName(data.table)) return "--hashlimit-name is no file name";
    if (data.gcInterval === 0 || data.expire === 0) return "times of 0 are refused by the kernel";
    if (rate.per === "packet" && (data.burst ?? 1) > 1_000_000) return "the burst is too large";
    if (rate.per === "byte" && data.burst !== undefined && data.burst < bytesOf(rate.cost)) {
      return `the burst cannot be smaller than ${bytesOf(rate.cost)}b`;
    }
    return rate.per === "byte" && data.burst !== undefined && bytesOf(rate.cost) === 0
      ? "the rate is too slow for a burst"
      : undefined;
  },
  normalise: (
    { upto, above, burst, mode: parts, size: buckets, max, rateInterval, ...data },
    { family },
  ) => {
    const rate = rateOf({
      ...(upto === undefined ? {} : { upto }),
      ...(above === undefined ? {} : { above }),
    });
    const width = family === 4 ? 32 : 128;
    const seconds = rate?.per === "packet" ? (rate.seconds ?? 1) : 1;
    const whole = burst === undefined || rate === undefined ? burst : wholeBurst(rate, burst);
    const start = rate?.per === "byte" ? whole : (whole ?? DEFAULT_BURST);
    return {
      ...settled(upto, above, data.rateMatch === true),
      ...(start === undefined ? {} : { burst: start }),
      ...data,
      ...(parts === undefined || parts.length === 0 ? {} : { mode: parts }),
      ...(buckets === undefined || buckets === 0 ? {} : { size: Math.min(buckets, MAX_ENTRIES) }),
      ...(max === undefined || max === 0 ? {} : { max: Math.min(max, MAX_ENTRIES) }),
      gcInterval: data.gcInterval ?? GC_INTERVAL,
      expire: data.expire ?? (rate?.per === "byte" ? byteExpire(burst) : seconds * 1000),
      srcMask: data.srcMask ?? width,
      dstMask: data.dstMask ?? width,
      ...(data.rateMatch === true ? { rateInterval: rateInterval ?? seconds } : {}),
    };
  },
  save: (data, reading) => {
    const width = reading.family === 4 ? 32 : 128;
    const rate = rateOf(data);
    const silent = [
      ...(data.gcInterval === GC_INTERVAL ? ["gcInterval"] : []),
      ...(data.expire === quantum(rate, data.burst) ? ["expire"] : []),
      ...(data.srcMask === width ? ["srcMask"] : []),
      ...(data.dstMask === width ? ["dstMask"] : []),
      ...(data.rateMatch !== true || data.rateInterval === 1 ? ["rateInterval"] : []),
    ];
    if (rate?.per !== "byte") return saveOptions(options, data, reading, silent);
    const limit = saveOptions({ upto: options.upto, above: options.above }, data, reading);
    const burst =
      data.burst === undefined ? "" : ` --hashlimit-burst ${printByteBurst(data.burst)}`;
    return `${limit}${burst} ${saveOptions(options, data, reading, [...silent, "upto", "above", "burst"])}`;
  },
});
export type HashlimitMatch = InstanceOf<typeof hashlimit>;

function rateOf({ upto, above }: Data): HashRate | undefined {
  return (upto ?? above)?.value;
}

/** A burst of bytes is a whole number of the rate's own units. */
function wholeBurst(rate: HashRate, burst: number): number {
  if (rate.per === "packet") return burst;
  const unit = bytesOf(rate.cost);
  return unit === 0 ? burst : wholeByteBurst(burst, unit);
}

/** Without negation (up to n is not above n), and without the unit it was written in. */
function settled(upto: Asked | undefined, above: Asked | undefined, rateMatch: boolean): Data {
  const asked = upto ?? above;
  if (asked === undefined) return {};
  const value = { not: false, value: withoutUnit(asked.value, rateMatch) };
  return (upto !== undefined) === asked.not ? { above: value } : { upto: value };
}

/** `--hashlimit-rate-match` counts per second whatever the unit was. */
function withoutUnit(rate: HashRate, rateMatch: boolean): HashRate {
  if (rate.per === "byte") return rate;
  const divisor = rateMatch ? (rate.seconds ?? 1) : 1;
  return { per: "packet", interval: Math.floor(rate.interval / divisor) };
}

function byteExpire(burst: number | undefined): number {
  return burst === undefined ? 15_000 : 60_000;
}

/** The time to expire of which a save says nothing. */
function quantum(rate: HashRate | undefined, burst: number | undefined): number | undefined {
  if (rate === undefined) return undefined;
  if (rate.per === "byte") return byteExpire(burst);
  return printRate(rate.interval, HASHLIMIT_SCALE).seconds * 1000;
}
