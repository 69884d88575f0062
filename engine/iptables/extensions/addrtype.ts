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

/** Kernel: `net/netfilter/xt_addrtype.c: addrtype_mt_v1`, refusals `addrtype_mt_checkentry_v1`. */
export const addrtype = define({
  name: "addrtype",
  families: [4, 6],
  options: {
    srcType: negatable("--src-type", setOf(ADDRESS_TYPES)),
    dstType: negatable("--dst-type", setOf(ADDRESS_TYPES)),
    limitIfaceIn: option("--limit-iface-in", present),
    limitIfaceOut: option("--limit-iface-out", present),
  },
  hooksFor: (data) => {
    if (data.limitIfaceIn === true) return ["PREROUTING", "INPUT", "FORWARD"];
    return data.limitIfaceOut === true ? ["FORWARD", "OUTPUT", "POSTROUTING"] : undefined;
  },
  check: (data, { family }) => {
    const types = [...(data.srcType?.value ?? []), ...(data.dstType?.value ?? [])];
    if (data.srcType === undefined && data.dstType === undefined) {
      return "one of --src-type and --dst-type is required";
    }
    if (data.limitIfaceIn === true && data.limitIfaceOut === true) {
      return "--limit-iface-in and --limit-iface-out exclude each other";
    }
    if (family === 4) return undefined;
    const stray = types.find((type) => NOT_IN_IPV6.has(type));
    return stray === undefined ? undefined : `IPv6 has no addresses of type ${stray}`;
  },
});
const NOT_IN_IPV6: ReadonlySet<AddressType> = new Set([
  "BROADCAST",
  "BLACKHOLE",
  "PROHIBIT",
  "THROW",
  "NAT",
  "XRESOLVE",
]);
export type AddrtypeMatch = InstanceOf<typeof addrtype>;
