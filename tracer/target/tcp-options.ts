import type { TcpmssTarget } from "../../engine/iptables/extensions/tcpmss-target.js";
import type { TcpoptstripTarget } from "../../engine/iptables/extensions/tcpoptstrip-target.js";
import { TCP } from "../../engine/net/protocol.js";
import { isFurther } from "../match/header.js";
import { isUnknown, unknown, type Field } from "../packet/field.js";
import type { Packet } from "../packet/types.js";

/** Numbers of TCP options: nothing, and the MSS. */
const NO_OPERATION = 1;
const MSS = 2;
const MSS_OCTETS = 4;
/** What a receiver takes for the MSS that nobody told (RFC 9293, RFC 8200). */
const DEFAULT_MSS = { 4: 536, 6: 1220 } as const;

type Changes = Partial<Pick<Packet, "tcpMss" | "tcpOptions" | "length">>;

/** `xt_TCPMSS.c: tcpmss_mangle_packet`: lowers the MSS, or adds one where no data follows. */
export function changedMss({ setMss }: TcpmssTarget, packet: Packet): Changes {
  const { family, tcpMss, tcpOptions, protocol } = packet;
  if (protocol !== TCP || isFurther(packet)) return {};
  if (isUnknown(tcpMss)) return {};
  const wanted: Field<number> = setMss ?? unknown("the MTU of the packet's way is not followed");
  if (tcpMss !== undefined) return isUnknown(wanted) ? { tcpMss: wanted } : lowered(tcpMss, wanted);
  const data = dataOf(packet);
  if (isUnknown(data) || tcpOptions === undefined || isUnknown(tcpOptions)) {
    return { tcpMss: unknown("whether TCPMSS gives the packet an MSS is not known") };
  }
  if (data > 0) return {};
  return {
    tcpMss: isUnknown(wanted) ? wanted : Math.min(wanted, DEFAULT_MSS[family]),
    tcpOptions: [MSS, ...tcpOptions],
    length: isUnknown(packet.length) ? packet.length : packet.length + MSS_OCTETS,
  };
}

function lowered(tcpMss: number, wanted: number): Changes {
  return wanted < tcpMss ? { tcpMss: wanted } : {};
}

/** Octets behind a TCP header without options; with options their lengths are not given. */
function dataOf({ family, length, tcpOptions = [] }: Packet): Field<number> {
  if (isUnknown(length)) return length;
  if (isUnknown(tcpOptions)) return tcpOptions;
  if (tcpOptions.length > 0)
    return unknown("the lengths of the packet's TCP options are not given");
  return length - (family === 4 ? 40 : 60);
}

/** `xt_TCPOPTSTRIP.c: tcpoptstrip_mangle_packet`: in an option's place nothing is left. */
export function strippedOptions({ strip = [] }: TcpoptstripTarget, packet: Packet): Changes {
  const { tcpOptions, protocol } = packet;
  if (protocol !== TCP || isFurther(packet)) return {};
  const mss = strip.includes(MSS) ? { tcpMss: undefined } : {};
  if (tcpOptions === undefined || isUnknown(tcpOptions)) return mss;
  return {
    ...mss,
    tcpOptions: tcpOptions.map((kind) => (strip.includes(kind) ? NO_OPERATION : kind)),
  };
}
