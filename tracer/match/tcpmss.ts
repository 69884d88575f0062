import type { TcpmssMatch } from "../../engine/iptables/extensions/tcpmss.js";
import { TCP } from "../../engine/net/protocol.js";
import type { Packet } from "../packet/types.js";
import type { Backend } from "../walk/link.js";
import { within } from "./numbers.js";
import { withoutHeader } from "./ports.js";
import { truth, type Truth } from "./truth.js";

/** `xt_tcpmss.c: tcpmss_mt`: without the option only a negated condition holds. */
export function tcpmssMatches(
  { mss }: TcpmssMatch,
  packet: Packet,
  backend: Backend | undefined,
): Truth {
  const missing = withoutHeader(packet, TCP, backend);
  if (missing !== undefined) return missing;
  return packet.tcpMss === undefined ? truth(mss?.not === true) : within(mss, packet.tcpMss);
}
