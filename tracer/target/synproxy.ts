import { makePacket } from "../packet/make.js";
import { TCP_FLAG_BITS, type Packet } from "../packet/types.js";
import { endBranch, type Branch } from "../walk/branch.js";
import type { Effect } from "./effect.js";

const { FIN, SYN, RST, ACK } = TCP_FLAG_BITS;

/**
 * `ipt_SYNPROXY.c: synproxy_tg4`, `ip6t_SYNPROXY.c`: a SYN is answered here, in its receiver's name;
 * an ACK with the right cookie makes the proxy open the connection itself; the rest goes on.
 */
export function synproxy(branch: Branch, where: string): Effect {
  const { packet } = branch;
  const { tcpFlags } = packet;
  if (!packet.wellFormed) {
    endBranch(branch, "dropped", `${where} (SYNPROXY: a checksum is wrong)`);
    return "ended";
  }
  if (typeof tcpFlags !== "number") {
    endBranch(branch, "unknown", `${where}: SYNPROXY asks for the TCP flags, which are not given`);
    return "ended";
  }
  const kind = tcpFlags & (FIN | SYN | RST | ACK);
  if (kind === SYN) {
    const answer = { with: "tcp-syn-ack", packet: synAck(packet) };
    endBranch(branch, "rejected", `${where} (SYNPROXY answers the SYN itself)`, answer);
    return "ended";
  }
  if (kind !== ACK) return "continue";
  endBranch(
    branch,
    "unknown",
    `${where}: SYNPROXY takes the ACK; whether its cookie is right is not known`,
  );
  return "ended";
}

function synAck({ protocol, source, destination, sourcePort, destinationPort }: Packet): Packet {
  return makePacket({
    protocol,
    source: destination,
    destination: source,
    sourcePort: destinationPort,
    destinationPort: sourcePort,
    tcpFlags: SYN | ACK,
    sender: undefined,
  });
}
