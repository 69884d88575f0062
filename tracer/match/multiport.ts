import type { Range } from "../../engine/iptables/extensions/codecs.js";
import type { MultiportMatch } from "../../engine/iptables/extensions/multiport.js";
import { isUnknown, type Field } from "../packet/field.js";
import { hasPorts } from "../packet/protocols.js";
import type { Packet } from "../packet/types.js";
import type { Backend } from "../walk/link.js";
import { withoutHeader } from "./ports.js";
import { any, negatedIf, truth, type Truth } from "./truth.js";

/** `xt_multiport.c: multiport_mt`; `--ports` matches either side. */
export function multiportMatches(
  match: MultiportMatch,
  packet: Packet,
  backend: Backend | undefined,
): Truth {
  if (!hasPorts(packet.protocol)) return "no";
  const missing = withoutHeader(packet, packet.protocol, backend);
  if (missing !== undefined) return missing;
  const { sports, dports, ports } = match;
  const { sourcePort, destinationPort } = packet;
  if (sports !== undefined) return negatedIf(sports.not, isOneOf(sports.value, sourcePort));
  if (dports !== undefined) return negatedIf(dports.not, isOneOf(dports.value, destinationPort));
  if (ports === undefined) return "yes";
  const sides = [isOneOf(ports.value, sourcePort), isOneOf(ports.value, destinationPort)];
  return negatedIf(ports.not, any(sides));
}

function isOneOf(ranges: readonly Range[], port: Field<number | undefined>): Truth {
  if (port === undefined) return "no";
  if (isUnknown(port)) return port;
  return truth(ranges.some(({ min, max }) => port >= min && port <= max));
}
