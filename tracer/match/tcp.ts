import type { TcpFlag, TcpMatch } from "../../engine/iptables/extensions/tcp.js";
import { TCP } from "../../engine/net/protocol.js";
import { isUnknown } from "../packet/field.js";
import { TCP_FLAG_BITS, type Packet } from "../packet/types.js";
import type { Backend } from "../walk/link.js";
import type { Answer } from "./answer.js";
import { portsMatch, withoutHeader } from "./ports.js";
import { all, negatedIf, truth, type Truth } from "./truth.js";

/**
 * `xt_tcpudp.c: tcp_mt`: an IPv4 fragment that would overwrite the flags (offset 8) is dropped; for
 * IPv6 the kernel compares octets with units of eight, so that none is.
 */
export function tcpMatches(match: TcpMatch, packet: Packet, backend: Backend | undefined): Answer {
  if (packet.protocol !== TCP) return "no";
  const overwrites = packet.family === 4 && packet.fragment?.offset === 8;
  if (overwrites && backend !== "nft") return "hotdrop";
  const missing = withoutHeader(packet, TCP, backend);
  if (missing !== undefined) return missing;
  return all([portsMatch(match, packet), flagsMatch(match, packet), optionMatches(match, packet)]);
}

function flagsMatch({ flags }: TcpMatch, { tcpFlags = 0 }: Packet): Truth {
  if (flags === undefined) return "yes";
  if (isUnknown(tcpFlags)) return tcpFlags;
  const { mask, set } = flags.value;
  return negatedIf(flags.not, truth((tcpFlags & bitsOf(mask)) === bitsOf(set)));
}

function bitsOf(flags: readonly TcpFlag[]): number {
  return flags.reduce((bits, flag) => bits | TCP_FLAG_BITS[flag], 0);
}

function optionMatches({ tcpOption }: TcpMatch, { tcpOptions = [] }: Packet): Truth {
  if (tcpOption === undefined) return "yes";
  if (isUnknown(tcpOptions)) return tcpOptions;
  return negatedIf(tcpOption.not, truth(tcpOptions.includes(tcpOption.value)));
}
