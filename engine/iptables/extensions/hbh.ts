import { define, negatable, option, type InstanceOf } from "./define.js";
import { headerLength, headerOptions } from "./header-options.js";

/** IPv6 hop-by-hop options (kernel: `net/ipv6/netfilter/ip6t_hbh.c`). */
export const hbh = define({
  name: "hbh",
  families: [6],
  options: {
    length: negatable("--hbh-len", headerLength),
    opts: option("--hbh-opts", headerOptions),
  },
});
export type HbhMatch = InstanceOf<typeof hbh>;
