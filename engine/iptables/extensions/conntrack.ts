import { define, negatable, type InstanceOf } from "./define.js";
import { setOf } from "./codecs.js";

/** In the order in which a save prints them. */
export const CONNTRACK_STATES = [
  "INVALID",
  "NEW",
  "RELATED",
  "ESTABLISHED",
  "UNTRACKED",
  "SNAT",
  "DNAT",
] as const;
export type ConntrackState = (typeof CONNTRACK_STATES)[number];

/** Kernel: `net/netfilter/xt_conntrack.c: conntrack_mt`. */
export const conntrack = define({
  name: "conntrack",
  families: [4, 6],
  options: { ctstate: negatable("--ctstate", setOf(CONNTRACK_STATES)) },
});
export type ConntrackMatch = InstanceOf<typeof conntrack>;
