import { define, negatable, type InstanceOf } from "./define.js";
import { namedNumber } from "./named-number.js";

/** Groups of the packet's devices (`ip link set group`; kernel: `net/netfilter/xt_devgroup.c`). */
export const devgroup = define({
  name: "devgroup",
  families: [4, 6],
  options: {
    source: negatable("--src-group", namedNumber("default")),
    destination: negatable("--dst-group", namedNumber("default")),
  },
  hooksFor: ({ source, destination }) => {
    if (source !== undefined && destination !== undefined) return ["FORWARD"];
    return source === undefined
      ? ["FORWARD", "OUTPUT", "POSTROUTING"]
      : ["PREROUTING", "INPUT", "FORWARD"];
  },
  check: ({ source, destination }) =>
    (source ?? destination) === undefined ? "--src-group or --dst-group is required" : undefined,
});
export type DevgroupMatch = InstanceOf<typeof devgroup>;
