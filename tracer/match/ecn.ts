import type { EcnMatch } from "../../engine/iptables/extensions/ecn.js";
import { TCP } from "../../engine/net/protocol.js";
import { isUnknown } from "../packet/field.js";
import { TCP_FLAG_BITS, type Packet } from "../packet/types.js";
import { isFurther } from "./header.js";
import { payloadAsHeader } from "./ports.js";
import { all, negatedIf, truth, type Truth } from "./truth.js";

/** `xt_ecn.c: ecn_mt4`, `ecn_mt6`: the two lowest bits of the TOS, and two flags of TCP. */
export function ecnMatches({ ece, cwr, codepoint }: EcnMatch, packet: Packet): Truth {
  return all([
    codepointMatches(codepoint, packet),
    flagMatches(ece, TCP_FLAG_BITS.ECE, packet),
    flagMatches(cwr, TCP_FLAG_BITS.CWR, packet),
  ]);
}

function codepointMatches(wanted: EcnMatch["codepoint"], { tos }: Packet): Truth {
  if (wanted === undefined) return "yes";
  return isUnknown(tos) ? tos : negatedIf(wanted.not, truth((tos & 3) === wanted.value));
}

function flagMatches(wanted: EcnMatch["ece"], bit: number, packet: Packet): Truth {
  if (wanted === undefined) return "yes";
  const { protocol, tcpFlags = 0 } = packet;
  if (protocol !== TCP) return "no";
  if (isFurther(packet)) return payloadAsHeader(packet, "no");
  return isUnknown(tcpFlags) ? tcpFlags : negatedIf(wanted.not, truth((tcpFlags & bit) !== 0));
}
