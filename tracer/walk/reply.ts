import { ICMP, ICMPV6, TCP } from "../../engine/net/protocol.js";
import { isUnknown } from "../packet/field.js";
import { makePacket } from "../packet/make.js";
import { TCP_FLAG_BITS, type Packet } from "../packet/types.js";
import { everyWay } from "../choose/fork.js";
import { startBranch } from "./branch.js";
import { OUTPUT } from "./hooks.js";
import type { Path } from "./result.js";
import { follow, type Outcome, type WalkOptions } from "./walk.js";
import type { World } from "./world.js";

/**
 * What the receiver sends back: it comes in by the interface that the packet left by, or is made by
 * the node itself where the packet ended there. `undefined` where nobody received the packet, or
 * nothing is sent back to it.
 */
export function replyTo({ verdict, last, out }: Path): Packet | undefined {
  if (verdict !== "forwarded" && verdict !== "sent" && verdict !== "delivered") return undefined;
  const icmpType = answeringType(last);
  if (icmpType === null) return undefined;
  return makePacket({
    protocol: last.protocol,
    source: last.destination,
    destination: last.source,
    sourcePort: last.destinationPort,
    destinationPort: last.sourcePort,
    inInterface: verdict === "delivered" ? undefined : out,
    tcpFlags: answeringFlags(last),
    icmpType,
    icmpCode: last.icmpCode,
    icmpId: last.icmpId,
    sctpChunks: last.sctpChunks === undefined ? undefined : [2],
  });
}

/** `null`: no answer to this kind of ICMP message. */
function answeringType({ protocol, icmpType }: Packet): number | undefined | null {
  if (protocol !== ICMP && protocol !== ICMPV6) return undefined;
  if (icmpType === undefined || isUnknown(icmpType)) return null;
  if (protocol === ICMPV6) return icmpType === 128 ? 129 : null;
  return icmpType === 8 || icmpType === 13 || icmpType === 17
    ? { 8: 0, 13: 14, 17: 18 }[icmpType]
    : null;
}

function answeringFlags({ protocol, tcpFlags }: Packet): number | undefined {
  if (protocol !== TCP) return undefined;
  const { SYN, ACK } = TCP_FLAG_BITS;
  const opens = typeof tcpFlags === "number" && (tcpFlags & (SYN | ACK)) === SYN;
  return opens ? SYN | ACK : ACK;
}

/** SYNPROXY answers as the connection's other end would (`synproxy_send_tcp`). */
function isSynAck({ tcpFlags }: Packet): boolean {
  const { SYN, ACK } = TCP_FLAG_BITS;
  return tcpFlags === (SYN | ACK);
}

/**
 * Walks the answer that the node itself made (an ICMP error, a reset) from OUTPUT on: it is RELATED
 * to the connection of the packet, gets its addresses turned back, and may be dropped like any
 * other (`nf_conntrack_core.c: nf_conntrack_attach`).
 */
export function walkAnswer(
  world: World,
  { path, branch }: Outcome,
  options: WalkOptions = { chooser: everyWay },
): readonly Outcome[] {
  if (path.answer === undefined) return [];
  const start = startBranch(path.answer, branch.memory, OUTPUT);
  if (branch.tracking.kind === "tracked") {
    const direction = branch.tracking.direction === "original" ? "reply" : "original";
    const state = isSynAck(path.answer) ? "ESTABLISHED" : "RELATED";
    start.tracking = { ...branch.tracking, direction, state };
  }
  return follow(world, start, options);
}
