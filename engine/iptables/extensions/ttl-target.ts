import { countGiven, define, option, type InstanceOf } from "./define.js";
import { MAX_8, number } from "./codecs.js";

/** IPv4 time to live (kernel: `net/netfilter/xt_HL.c: ttl_tg`). */
export const ttlTarget = define({
  name: "TTL",
  families: [4],
  terminates: false,
  tables: ["mangle"],
  options: {
    set: option("--ttl-set", number(0, MAX_8)),
    dec: option("--ttl-dec", number(1, MAX_8)),
    inc: option("--ttl-inc", number(1, MAX_8)),
  },
  check: (data) =>
    countGiven(data.set, data.dec, data.inc) === 1
      ? undefined
      : "exactly one of --ttl-set, --ttl-dec, --ttl-inc is required",
});
export type TtlTarget = InstanceOf<typeof ttlTarget>;
