import { define, negatable, type InstanceOf } from "./define.js";
import { dscpClass, dscpValue } from "./dscp-class.js";

/** The upper six bits of TOS or traffic class (kernel: `net/netfilter/xt_dscp.c`). */
export const dscp = define({
  name: "dscp",
  families: [4, 6],
  options: { dscp: negatable("--dscp", dscpValue, { also: { "--dscp-class": dscpClass } }) },
  check: (data) =>
    data.dscp === undefined ? "one of --dscp and --dscp-class is required" : undefined,
});
export type DscpMatch = InstanceOf<typeof dscp>;
