import { SCTP, TCP, UDP, ICMP, ICMPV6 } from "../../engine/net/protocol.js";
import type { SetPart } from "../host/types.js";
import { isUnknown, unknown } from "../packet/field.js";
import { UDPLITE } from "../packet/protocols.js";
import type { Branch } from "../walk/branch.js";
import { isFurther } from "./header.js";
import { within } from "./numbers.js";
import { all, truth, type Truth } from "./truth.js";

/** What of the packet a dimension is compared with. */
export interface SetKey {
  readonly side: "src" | "dst";
  readonly branch: Branch;
  readonly markMask: number;
}

const WITH_PORTS: ReadonlySet<number> = new Set([TCP, UDP, SCTP, UDPLITE]);

/** One dimension of an entry against the packet (`ip_set_getport.c` and the `hash:` types). */
export function partMatches(part: SetPart, { side, branch, markMask }: SetKey): Truth {
  const { packet, seenOut: out } = branch;
  switch (part.kind) {
    case "addresses": {
      const address = side === "src" ? packet.source : packet.destination;
      return truth(
        typeof address === typeof part.min && address >= part.min && address <= part.max,
      );
    }
    case "ports":
      return portMatches(part, branch, side);
    case "icmp":
      if (packet.protocol !== part.protocol || isFurther(packet)) return "no";
      return all([
        within({ not: false, value: { min: part.type, max: part.type } }, packet.icmpType),
        within({ not: false, value: { min: part.code, max: part.code } }, packet.icmpCode),
      ]);
    case "mac":
      if (side === "dst") return unknown("the frame's destination MAC address is not given");
      if (packet.sourceMac === undefined) return "no";
      if (isUnknown(packet.sourceMac)) return packet.sourceMac;
      return truth(packet.sourceMac.toLowerCase() === part.mac.toLowerCase());
    case "interface": {
      if (part.physical) return physicalMatches(part.name, branch, side);
      return truth((side === "src" ? packet.inInterface : out) === part.name);
    }
    case "mark":
      return truth((packet.mark & markMask) >>> 0 === part.value);
    case "set":
      return "no";
  }
}

function portMatches(
  part: SetPart & { readonly kind: "ports" },
  { packet }: Branch,
  side: "src" | "dst",
): Truth {
  if (isFurther(packet)) return "no";
  const { protocol } = packet;
  const holds = part.protocol ?? (protocol === TCP || protocol === UDP ? protocol : undefined);
  if (holds !== protocol) return "no";
  if (WITH_PORTS.has(packet.protocol)) {
    const port = side === "src" ? packet.sourcePort : packet.destinationPort;
    return within({ not: false, value: { min: part.min, max: part.max } }, port);
  }
  if (packet.protocol === ICMP || packet.protocol === ICMPV6) {
    const { icmpType = 0, icmpCode = 0 } = packet;
    if (isUnknown(icmpType)) return icmpType;
    if (isUnknown(icmpCode)) return icmpCode;
    const key = icmpType * 256 + icmpCode;
    return truth(key >= part.min && key <= part.max);
  }
  return truth(part.min === 0);
}

function physicalMatches(name: string, { packet }: Branch, side: "src" | "dst"): Truth {
  if (side === "dst") return unknown("the bridge port that the packet leaves by is not given");
  return isUnknown(packet.physicalIn) ? packet.physicalIn : truth(packet.physicalIn === name);
}
