import { define, option, type InstanceOf } from "./define.js";
import { present } from "./codecs.js";
import { natPorts, portsNeedProtocol } from "./nat-range.js";

/** To the host itself (kernel: `net/netfilter/xt_REDIRECT.c`, `nf_nat_redirect.c`). */
export const redirect = define({
  name: "REDIRECT",
  families: [4, 6],
  terminates: true,
  tables: ["nat"],
  hooks: ["PREROUTING", "OUTPUT"],
  options: {
    toPorts: option("--to-ports", natPorts),
    random: option("--random", present),
  },
  check: ({ toPorts }, reading) => portsNeedProtocol(toPorts, reading),
});
export type RedirectTarget = InstanceOf<typeof redirect>;
