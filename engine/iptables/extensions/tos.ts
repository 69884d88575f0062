import { define, negatable, type InstanceOf } from "./define.js";
import { tosValue } from "./tos-value.js";

/** `(TOS & mask) == value` (kernel: `net/netfilter/xt_dscp.c: tos_mt`). */
export const tos = define({
  name: "tos",
  families: [4, 6],
  options: { tos: negatable("--tos", tosValue) },
  check: (data) => (data.tos === undefined ? "--tos is required" : undefined),
});
export type TosMatch = InstanceOf<typeof tos>;
