import { define, option, type InstanceOf } from "./define.js";
import { dscpClass, dscpValue } from "./dscp-class.js";

/** Kernel: `net/netfilter/xt_DSCP.c`. */
export const dscpTarget = define({
  name: "DSCP",
  families: [4, 6],
  terminates: false,
  tables: ["mangle"],
  options: {
    setDscp: option("--set-dscp", dscpValue, { also: { "--set-dscp-class": dscpClass } }),
  },
  check: ({ setDscp }) =>
    setDscp === undefined ? "one of --set-dscp and --set-dscp-class is required" : undefined,
});
export type DscpTarget = InstanceOf<typeof dscpTarget>;
