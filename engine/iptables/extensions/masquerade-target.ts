import { define, option, type InstanceOf } from "./define.js";
import { present } from "./codecs.js";
import { natPorts, portsNeedProtocol } from "./nat-range.js";

/** Kernel: `net/netfilter/xt_MASQUERADE.c`, `nf_nat_masquerade.c`. */
export const masquerade = define({
  name: "MASQUERADE",
  families: [4, 6],
  terminates: true,
  tables: ["nat"],
  hooks: ["POSTROUTING"],
  options: {
    toPorts: option("--to-ports", natPorts),
    random: option("--random", present),
    randomFully: option("--random-fully", present),
  },
  check: ({ toPorts }, reading) => portsNeedProtocol(toPorts, reading),
});
export type MasqueradeTarget = InstanceOf<typeof masquerade>;
