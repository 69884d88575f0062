import { ICMP, ICMPV6 } from "../../engine/net/protocol.js";
import { isUnknown } from "../packet/field.js";
import type { Packet } from "../packet/types.js";

/** Unreachable, source quench, redirect, time exceeded, parameter problem. */
const ERRORS_4: ReadonlySet<number> = new Set([3, 4, 5, 11, 12]);

/** A message about another packet, which it quotes; for ICMPv6 all types below 128. */
export function isIcmpError(packet: Packet): boolean {
  const { protocol, icmpType } = packet;
  if (icmpType === undefined || isUnknown(icmpType)) return false;
  if (protocol === ICMP) return ERRORS_4.has(icmpType);
  return protocol === ICMPV6 && icmpType < 128;
}
