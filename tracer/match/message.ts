import { DCCP_TYPES, type DccpMatch } from "../../engine/iptables/extensions/dccp.js";
import type { MhMatch } from "../../engine/iptables/extensions/mh.js";
import { DCCP, MH } from "../../engine/net/protocol.js";
import { isUnknown, unknown } from "../packet/field.js";
import type { Packet } from "../packet/types.js";
import { isFurther } from "./header.js";
import { within } from "./numbers.js";
import { portsMatch } from "./ports.js";
import { all, negatedIf, truth, type Truth } from "./truth.js";

/** `xt_dccp.c: dccp_mt`. */
export function dccpMatches(match: DccpMatch, packet: Packet): Truth {
  if (packet.protocol !== DCCP || isFurther(packet)) return "no";
  return all([portsMatch(match, packet), typeMatches(match, packet), optionMatches(match)]);
}

function typeMatches({ types }: DccpMatch, { messageType }: Packet): Truth {
  if (types === undefined) return "yes";
  if (messageType === undefined) return truth(types.not);
  if (isUnknown(messageType)) return messageType;
  const name = DCCP_TYPES[messageType];
  return negatedIf(types.not, truth(name !== undefined && types.value.includes(name)));
}

function optionMatches({ option }: DccpMatch): Truth {
  return option === undefined ? "yes" : unknown("the packet's DCCP options are not given");
}

/** `ip6t_mh.c: mh_mt6`. */
export function mhMatches({ type }: MhMatch, packet: Packet): Truth {
  return packet.protocol === MH && !isFurther(packet) ? within(type, packet.messageType) : "no";
}
