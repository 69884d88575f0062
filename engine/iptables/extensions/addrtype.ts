import { define, negatable, option, type InstanceOf } from "./define.js";
import { present, setOf } from "./codecs.js";

/** In kernel order (`linux/netfilter/xt_addrtype.h`), in which a save prints them. */
export const ADDRESS_TYPES = [
  "UNSPEC",
  "UNICAST",
  "LOCAL",
  "BROADCAST",
  "ANYCAST",
  "MULTICAST",
  "BLACKHOLE",
  "UNREACHABLE",
  "PROHIBIT",
  "THROW",
  "NAT",
  "XRESOLVE",
] as const;
export type AddressType = (typeof ADDRESS_TYPES)[number];

/** Kernel: `net/netfilter/xt_addrtype.c: addrtype_mt_v1`. */
export const addrtype = define({
  name: "addrtype",
  families: [4, 6],
  options: {
    srcType: negatable("--src-type", setOf(ADDRESS_TYPES)),
    dstType: negatable("--dst-type", setOf(ADDRESS_TYPES)),
    limitIfaceIn: option("--limit-iface-in", present),
    limitIfaceOut: option("--limit-iface-out", present),
  },
});
export type AddrtypeMatch = InstanceOf<typeof addrtype>;
