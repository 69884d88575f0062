import type { RecentMatch } from "../../engine/iptables/extensions/recent.js";
import type { Rule } from "../../engine/iptables/types.js";
import type { Address } from "../../engine/net/ip.js";
import { andAddress } from "../../engine/net/prefix.js";
import type { HostState } from "../host/types.js";
import type { Packet } from "../packet/types.js";
import type { Path, Step } from "../walk/result.js";

/** A rule that chose the packet's way because a `recent` list had seen its sender before. */
export interface Remembered {
  readonly step: Step;
  readonly list: string;
  readonly address: Address;
  /** ms since the list saw it last. */
  readonly ago: number;
  /** How long a sight counts; `undefined`: for ever. */
  readonly seconds: number | undefined;
  /** The packet is noted in the same list again, so that the time starts anew. */
  readonly renewed: boolean;
}

/** Of what the host's own lists hold, as they were before the packet; where it comes in or is made. */
export function remembered(host: HostState, { first, steps }: Path): readonly Remembered[] {
  const noted = new Set(
    steps.flatMap(({ definition }) => recentsOf(definition).filter(isNoting).map(listOf)),
  );
  return steps.flatMap((step) => {
    if (step.hook !== "PREROUTING" && step.hook !== "OUTPUT") return [];
    return recentsOf(step.definition).flatMap((match): readonly Remembered[] => {
      const asked = match.rcheck ?? match.update;
      const address = keyOf(match, first);
      const list = listOf(match);
      const entry = host.recent.value.get(list)?.find((known) => known.address === address);
      const seen = entry?.stamps.at(-1);
      if (asked === undefined || asked.not || seen === undefined) return [];
      const ago = host.now.value - seen;
      return [{ step, list, address, ago, seconds: match.seconds, renewed: noted.has(list) }];
    });
  });
}

function recentsOf(rule: Rule | undefined): readonly RecentMatch[] {
  return (rule?.matches ?? []).flatMap((match) => (match.name === "recent" ? [match] : []));
}

function isNoting({ set, update }: RecentMatch): boolean {
  return set !== undefined || update !== undefined;
}

function listOf({ list }: RecentMatch): string {
  return list ?? "DEFAULT";
}

function keyOf({ rdest, mask }: RecentMatch, { source, destination }: Packet): Address {
  const address = rdest === true ? destination : source;
  return mask === undefined ? address : andAddress(address, mask);
}
