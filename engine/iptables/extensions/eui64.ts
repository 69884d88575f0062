import { define, type InstanceOf } from "./define.js";

/** Whether the source ends in the sender's MAC address (kernel: `net/ipv6/netfilter/ip6t_eui64.c`). */
export const eui64 = define({
  name: "eui64",
  families: [6],
  hooks: ["PREROUTING", "INPUT", "FORWARD"],
  options: {},
});
export type Eui64Match = InstanceOf<typeof eui64>;
