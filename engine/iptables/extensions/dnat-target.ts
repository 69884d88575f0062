import { define, option, type InstanceOf } from "./define.js";
import { present } from "./codecs.js";
import { natRange, portsNeedProtocol } from "./nat-range.js";

/** Kernel: `net/netfilter/xt_nat.c: xt_dnat_target_v2`. */
export const dnat = define({
  name: "DNAT",
  families: [4, 6],
  terminates: true,
  tables: ["nat"],
  hooks: ["PREROUTING", "OUTPUT"],
  options: {
    toDestination: option("--to-destination", natRange),
    random: option("--random", present),
    persistent: option("--persistent", present),
  },
  check: (data, reading) =>
    data.toDestination === undefined
      ? "--to-destination is required"
      : portsNeedProtocol(data.toDestination.ports, reading),
});
export type DnatTarget = InstanceOf<typeof dnat>;
