import type { EcnTarget } from "../../engine/iptables/extensions/ecn-target.js";
import { TCP } from "../../engine/net/protocol.js";
import { isFurther } from "../match/header.js";
import { isUnknown } from "../packet/field.js";
import { TCP_FLAG_BITS, type Packet } from "../packet/types.js";

/** `ipt_ECN.c: ecn_tg`: the two lowest bits of the TOS, and two flags of TCP. */
export function changedEcn(
  { codepoint, remove, ...flags }: EcnTarget,
  packet: Packet,
): Pick<Packet, "tos" | "tcpFlags"> {
  const { protocol, tos, tcpFlags } = packet;
  const changed = isUnknown(tos) || codepoint === undefined ? tos : (tos & ~3) | codepoint;
  if (protocol !== TCP || isFurther(packet) || typeof tcpFlags !== "number") {
    return { tos: changed, tcpFlags };
  }
  const { ECE, CWR } = TCP_FLAG_BITS;
  const { ece, cwr } = remove === true ? { ece: 0, cwr: 0 } : flags;
  return { tos: changed, tcpFlags: withBit(withBit(tcpFlags, ECE, ece), CWR, cwr) };
}

function withBit(flags: number, bit: number, wanted: number | undefined): number {
  if (wanted === undefined) return flags;
  return wanted === 0 ? flags & ~bit : flags | bit;
}
