import type { SctpChunks } from "../../engine/iptables/extensions/sctp-chunks.js";
import type { SctpMatch } from "../../engine/iptables/extensions/sctp.js";
import { SCTP } from "../../engine/net/protocol.js";
import { isUnknown, unknown } from "../packet/field.js";
import type { Packet } from "../packet/types.js";
import type { Backend } from "../walk/link.js";
import { portsMatch, withoutHeader } from "./ports.js";
import { all, negatedIf, truth, type Truth } from "./truth.js";

/** `xt_sctp.c: sctp_mt`. */
export function sctpMatches(match: SctpMatch, packet: Packet, backend: Backend | undefined): Truth {
  const missing = withoutHeader(packet, SCTP, backend);
  if (missing !== undefined) return missing;
  return all([portsMatch(match, packet), chunksMatch(match.chunkTypes, packet)]);
}

function chunksMatch(wanted: SctpMatch["chunkTypes"], { sctpChunks = [] }: Packet): Truth {
  if (wanted === undefined) return "yes";
  if (isUnknown(sctpChunks)) return sctpChunks;
  const { chunks } = wanted.value;
  if (chunks !== "ALL" && chunks.some(({ mask }) => mask !== 0)) {
    return unknown("the flags of the packet's SCTP chunks are not given");
  }
  return negatedIf(wanted.not, truth(holds(wanted.value, sctpChunks)));
}

/** `match_packet`: any of the types is there, all of them are, or no other is. */
function holds({ scope, chunks }: SctpChunks, present: readonly number[]): boolean {
  const types = chunks === "ALL" ? undefined : chunks.map(({ type }) => type);
  const isAsked = (type: number) => types === undefined || types.includes(type);
  switch (scope) {
    case "any":
      return present.some(isAsked);
    case "all":
      return types !== undefined && types.every((type) => present.includes(type));
    case "only":
      return present.every(isAsked);
  }
}
