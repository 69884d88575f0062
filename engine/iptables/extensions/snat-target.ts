import { define, option, type InstanceOf } from "./define.js";
import { present } from "./codecs.js";
import { natRange, portsNeedProtocol } from "./nat-range.js";

/** Kernel: `net/netfilter/xt_nat.c: xt_snat_target_v1`. */
export const snat = define({
  name: "SNAT",
  families: [4, 6],
  terminates: true,
  tables: ["nat"],
  hooks: ["INPUT", "POSTROUTING"],
  options: {
    toSource: option("--to-source", natRange),
    random: option("--random", present),
    randomFully: option("--random-fully", present),
    persistent: option("--persistent", present),
  },
  check: (data, reading) => {
    if (data.toSource === undefined) return "--to-source is required";
    return data.toSource.ports?.base === undefined
      ? portsNeedProtocol(data.toSource.ports, reading)
      : "shifted ports are for --to-destination";
  },
});
export type SnatTarget = InstanceOf<typeof snat>;
