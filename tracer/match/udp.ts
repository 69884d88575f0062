import type { UdpMatch } from "../../engine/iptables/extensions/udp.js";
import { UDP } from "../../engine/net/protocol.js";
import type { Packet } from "../packet/types.js";
import { UDPLITE } from "../packet/protocols.js";
import type { Backend } from "../walk/link.js";
import { portsMatch, withoutHeader } from "./ports.js";
import type { Truth } from "./truth.js";

/** `xt_tcpudp.c: udp_mt`, which UDP-Lite shares. */
export function udpMatches(match: UdpMatch, packet: Packet, backend: Backend | undefined): Truth {
  const protocol = packet.protocol === UDPLITE ? UDPLITE : UDP;
  return withoutHeader(packet, protocol, backend) ?? portsMatch(match, packet);
}
