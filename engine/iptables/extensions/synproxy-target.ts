import { TCP } from "../../net/protocol.js";
import { define, option, type Codec, type InstanceOf } from "./define.js";
import { MAX_32, oneWord, parseNumber, present } from "./codecs.js";

/** A number of which iptables keeps so many bits. */
const cutNumber = (bits: 8 | 16): Codec<number> =>
  oneWord((text) => {
    const value = parseNumber(text, 0, MAX_32);
    return typeof value === "number" ? value % 2 ** bits : value;
  }, String);

/** Answers SYNs for the server (kernel: `net/netfilter/nf_synproxy_core.c`, `ipt_SYNPROXY.c`). */
export const synproxy = define({
  name: "SYNPROXY",
  families: [4, 6],
  terminates: false,
  hooks: ["INPUT", "FORWARD"],
  options: {
    sackPerm: option("--sack-perm", present),
    timestamp: option("--timestamp", present),
    wscale: option("--wscale", cutNumber(8)),
    mss: option("--mss", cutNumber(16)),
    ecn: option("--ecn", present),
  },
  check: (_, { protocol }) => (protocol === TCP ? undefined : "-p tcp is required"),
});
export type SynproxyTarget = InstanceOf<typeof synproxy>;
