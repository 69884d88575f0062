import { define, negatable, type InstanceOf } from "./define.js";
import { counter } from "./codecs.js";

/** Until so many bytes have gone by (kernel: `net/netfilter/xt_quota.c`). */
export const quota = define({
  name: "quota",
  families: [4, 6],
  options: { quota: negatable("--quota", counter) },
  check: (data) => (data.quota === undefined ? "--quota is required" : undefined),
});
export type QuotaMatch = InstanceOf<typeof quota>;
