import { define, negatable, type InstanceOf } from "./define.js";
import { macAddress } from "./address-codecs.js";

/** Source address of Ethernet frames (kernel: `net/netfilter/xt_mac.c: mac_mt`). */
export const mac = define({
  name: "mac",
  families: [4, 6],
  hooks: ["PREROUTING", "INPUT", "FORWARD"],
  options: { source: negatable("--mac-source", macAddress) },
  check: ({ source }) => (source === undefined ? "--mac-source is required" : undefined),
});
export type MacMatch = InstanceOf<typeof mac>;
