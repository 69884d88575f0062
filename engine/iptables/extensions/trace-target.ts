import { define, type InstanceOf } from "./define.js";

/**
 * Reports every rule that the packet then matches (kernel: `net/netfilter/xt_TRACE.c`). The legacy
 * backend takes it in `raw` only, nft anywhere.
 */
export const trace = define({
  name: "TRACE",
  families: [4, 6],
  terminates: false,
  options: {},
});
export type TraceTarget = InstanceOf<typeof trace>;
