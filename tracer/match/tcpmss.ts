import type { TcpmssMatch } from "../../engine/iptables/extensions/tcpmss.js";
import { TCP } from "../../engine/net/protocol.js";
import type { Packet } from "../packet/types.js";
import type { Answer } from "./answer.js";
import { isFurther } from "./header.js";
import { within } from "./numbers.js";
import { payloadAsHeader } from "./ports.js";
import { truth } from "./truth.js";

/**
 * `xt_tcpmss.c: tcpmss_mt`: without the option only a negated condition holds. Of a further fragment
 * the payload is read as if it were a header, and one too short for that is dropped.
 */
export function tcpmssMatches({ mss }: TcpmssMatch, packet: Packet): Answer {
  if (packet.protocol !== TCP) return "no";
  if (isFurther(packet)) return payloadAsHeader(packet, "hotdrop");
  return packet.tcpMss === undefined ? truth(mss?.not === true) : within(mss, packet.tcpMss);
}
