import { countGiven, define, option, type InstanceOf } from "./define.js";
import { MAX_8, number } from "./codecs.js";

/** IPv6 hop limit (kernel: `net/netfilter/xt_HL.c: hl_tg6`). */
export const hlTarget = define({
  name: "HL",
  families: [6],
  terminates: false,
  tables: ["mangle"],
  options: {
    set: option("--hl-set", number(0, MAX_8)),
    dec: option("--hl-dec", number(1, MAX_8)),
    inc: option("--hl-inc", number(1, MAX_8)),
  },
  check: (data) =>
    countGiven(data.set, data.dec, data.inc) === 1
      ? undefined
      : "exactly one of --hl-set, --hl-dec, --hl-inc is required",
});
export type HlTarget = InstanceOf<typeof hlTarget>;
