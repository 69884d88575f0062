import type { Hook, TableName } from "../../engine/iptables/types.js";

/** One thing that happens to a packet on its way. */
export type Stage =
  | { readonly do: "table"; readonly hook: Hook; readonly table: TableName }
  /** `track`: finds or makes the connection; `confirm`: puts a new one into the table. */
  | { readonly do: "receive" | "defragment" | "track" | "confirm"; readonly hook: Hook }
  /** Consults the nat table for a connection's first packet and rewrites. */
  | { readonly do: "nat"; readonly hook: Hook }
  | { readonly do: "route-in" | "route-out" | "before-forward" | "deliver" | "transmit" };

function table(name: TableName, hook: Hook): Stage {
  return { do: "table", hook, table: name };
}

/*
 * The order is that of the priorities in `linux/netfilter_ipv4.h`: defragmentation -400, raw -300,
 * conntrack -200, mangle -150, nat for destinations -100, filter 0, security 50, nat for sources
 * 100, confirmation last.
 */

export const PREROUTING: readonly Stage[] = [
  { do: "receive", hook: "PREROUTING" },
  { do: "defragment", hook: "PREROUTING" },
  table("raw", "PREROUTING"),
  { do: "track", hook: "PREROUTING" },
  table("mangle", "PREROUTING"),
  { do: "nat", hook: "PREROUTING" },
  { do: "route-in" },
];

export const INPUT: readonly Stage[] = [
  table("mangle", "INPUT"),
  table("filter", "INPUT"),
  table("security", "INPUT"),
  { do: "nat", hook: "INPUT" },
  { do: "confirm", hook: "INPUT" },
  { do: "deliver" },
];

export const POSTROUTING: readonly Stage[] = [
  table("mangle", "POSTROUTING"),
  { do: "nat", hook: "POSTROUTING" },
  { do: "confirm", hook: "POSTROUTING" },
  { do: "transmit" },
];

/** From FORWARD on, for a frame that a bridge passes on with its rules asked. */
export const BRIDGED: readonly Stage[] = [
  table("mangle", "FORWARD"),
  table("filter", "FORWARD"),
  table("security", "FORWARD"),
  ...POSTROUTING,
];

export const FORWARD: readonly Stage[] = [{ do: "before-forward" }, ...BRIDGED];

export const OUTPUT: readonly Stage[] = [
  { do: "route-out" },
  { do: "defragment", hook: "OUTPUT" },
  table("raw", "OUTPUT"),
  { do: "track", hook: "OUTPUT" },
  table("mangle", "OUTPUT"),
  { do: "nat", hook: "OUTPUT" },
  table("filter", "OUTPUT"),
  table("security", "OUTPUT"),
  ...POSTROUTING,
];
