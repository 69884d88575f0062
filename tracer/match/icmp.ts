import type { IcmpType } from "../../engine/iptables/extensions/icmp-type.js";
import type { Negatable } from "../../engine/iptables/types.js";
import { ICMP, ICMPV6 } from "../../engine/net/protocol.js";
import { isUnknown } from "../packet/field.js";
import type { Packet } from "../packet/types.js";
import type { Backend } from "../walk/link.js";
import { withoutHeader } from "./ports.js";
import { negatedIf, truth, type Truth } from "./truth.js";

/** IPv4's number for "any type". */
const ANY_TYPE = 255;

/** `xt_tcpudp.c: icmp_match`, `icmp6_match`. */
export function icmpMatches(
  wanted: Negatable<IcmpType> | undefined,
  packet: Packet,
  backend: Backend | undefined,
): Truth {
  const protocol = packet.family === 4 ? ICMP : ICMPV6;
  const missing = withoutHeader(packet, protocol, backend);
  if (missing !== undefined) return missing;
  return wanted === undefined ? "yes" : negatedIf(wanted.not, isOfType(wanted.value, packet));
}

function isOfType({ type, minCode, maxCode }: IcmpType, packet: Packet): Truth {
  const { icmpType = 0, icmpCode = 0 } = packet;
  if (packet.family === 4 && type === ANY_TYPE) return "yes";
  if (isUnknown(icmpType)) return icmpType;
  if (icmpType !== type) return "no";
  if (minCode === 0 && maxCode === 255) return "yes";
  return isUnknown(icmpCode) ? icmpCode : truth(icmpCode >= minCode && icmpCode <= maxCode);
}
