import { define, option, refuse, type Codec, type InstanceOf } from "./define.js";
import { number, oneWord } from "./codecs.js";
import { parseRate, printRate } from "./rate.js";
import { saveOptions } from "./save.js";

/** Parts of a second in which the kernel counts (`XT_LIMIT_SCALE`). */
export const LIMIT_SCALE = 10000;

/** How often on the average: every `interval` 10,000ths of a second, a whole number above 0. */
export interface LimitRate {
  readonly interval: number;
}

const rate: Codec<LimitRate> = oneWord(
  (text) => {
    const given = parseRate(text);
    if (given === undefined) return refuse(`"${text}" is not a rate such as 3/minute`);
    const interval = Math.floor((LIMIT_SCALE * given.seconds) / given.count);
    return interval > 0 ? { interval } : refuse(`${text} is too fast`);
  },
  ({ interval }) => printRate(interval, LIMIT_SCALE).text,
);

export const DEFAULT_RATE: LimitRate = { interval: (LIMIT_SCALE * 3600) / 3 };
export const DEFAULT_BURST = 5;

const options = {
  limit: option("--limit", rate),
  burst: option("--limit-burst", number(0, 10000)),
};

/** A token bucket for each rule (kernel: `net/netfilter/xt_limit.c: limit_mt`). */
export const limit = define({
  name: "limit",
  families: [4, 6],
  options,
  // The nft backend takes a burst of 0 for the default; the legacy kernel refuses it.
  normalise: ({ limit: asked, burst }) => ({
    limit: asked ?? DEFAULT_RATE,
    burst: burst === undefined || burst === 0 ? DEFAULT_BURST : burst,
  }),
  save: (data, reading) =>
    saveOptions(options, data, reading, data.burst === DEFAULT_BURST ? ["burst"] : []),
});
export type LimitMatch = InstanceOf<typeof limit>;
