import { countGiven, define, negatable, option, type InstanceOf } from "./define.js";
import { MAX_8, number } from "./codecs.js";

/** IPv4 time to live (kernel: `net/netfilter/xt_hl.c: ttl_mt`). */
export const ttl = define({
  name: "ttl",
  families: [4],
  options: {
    eq: negatable("--ttl-eq", number(0, MAX_8), { aliases: ["--ttl"] }),
    lt: option("--ttl-lt", number(0, MAX_8)),
    gt: option("--ttl-gt", number(0, MAX_8)),
  },
  check: (data) =>
    countGiven(data.eq, data.lt, data.gt) === 1
      ? undefined
      : "exactly one of --ttl-eq, --ttl-lt, --ttl-gt is required",
});
export type TtlMatch = InstanceOf<typeof ttl>;
