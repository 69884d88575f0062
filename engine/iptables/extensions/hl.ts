import { countGiven, define, negatable, option, type InstanceOf } from "./define.js";
import { MAX_8, number } from "./codecs.js";

/** IPv6 hop limit (kernel: `net/netfilter/xt_hl.c: hl_mt6`). */
export const hl = define({
  name: "hl",
  families: [6],
  options: {
    eq: negatable("--hl-eq", number(0, MAX_8), { aliases: ["--hl"] }),
    lt: option("--hl-lt", number(0, MAX_8)),
    gt: option("--hl-gt", number(0, MAX_8)),
  },
  check: (data) =>
    countGiven(data.eq, data.lt, data.gt) === 1
      ? undefined
      : "exactly one of --hl-eq, --hl-lt, --hl-gt is required",
});
export type HlMatch = InstanceOf<typeof hl>;
