import { define, negatable, option, refuse, type Codec, type InstanceOf } from "./define.js";
import { counter, oneOf, oneWord } from "./codecs.js";

/** Packets or bytes, from `min` to `max`, each 0 to 2^64-1; `max` 0 stands for nothing at all. */
export interface CountRange {
  readonly min: bigint;
  readonly max: bigint;
}

const NO_END = 2n ** 64n - 1n;

/** `FROM`, `FROM:`, `FROM:TO` or `:TO`; a save leaves out an end of 0, as if there were none. */
const countRange: Codec<CountRange> = oneWord(
  (text, reading) => {
    const [low = "", high, ...rest] = text.split(":");
    if (rest.length > 0) return refuse(`"${text}" has too many parts`);
    const min = low === "" ? 0n : counter.read([low], reading);
    const max = high === undefined || high === "" ? NO_END : counter.read([high], reading);
    if (typeof min !== "bigint") return min;
    if (typeof max !== "bigint") return max;
    return min <= max ? { min, max } : refuse(`the range ${text} runs backwards`);
  },
  ({ min, max }) => (max === NO_END || max === 0n ? String(min) : `${min}:${max}`),
);

/** How much a connection has carried so far (kernel: `net/netfilter/xt_connbytes.c`). */
export const connbytes = define({
  name: "connbytes",
  families: [4, 6],
  options: {
    range: negatable("--connbytes", countRange),
    mode: option("--connbytes-mode", oneOf(["packets", "bytes", "avgpkt"])),
    dir: option("--connbytes-dir", oneOf(["original", "reply", "both"])),
  },
  check: ({ range, mode, dir }) =>
    range === undefined || mode === undefined || dir === undefined
      ? "--connbytes, --connbytes-mode and --connbytes-dir are required"
      : undefined,
  // The kernel is told the ends in reverse order to negate, which changes nothing where they meet.
  normalise: ({ range, ...data }) => ({
    ...data,
    ...(range === undefined
      ? {}
      : { range: { not: range.not && range.value.min !== range.value.max, value: range.value } }),
  }),
});
export type ConnbytesMatch = InstanceOf<typeof connbytes>;
