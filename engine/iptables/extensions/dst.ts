import { define, negatable, option, type InstanceOf } from "./define.js";
import { headerLength, headerOptions } from "./header-options.js";

/** IPv6 destination options (kernel: `net/ipv6/netfilter/ip6t_hbh.c`). */
export const dst = define({
  name: "dst",
  families: [6],
  options: {
    length: negatable("--dst-len", headerLength),
    opts: option("--dst-opts", headerOptions),
  },
});
export type DstMatch = InstanceOf<typeof dst>;
