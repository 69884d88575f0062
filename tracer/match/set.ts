import type { SetReference } from "../../engine/iptables/extensions/set-reference.js";
import type { SetMatch } from "../../engine/iptables/extensions/set.js";
import type { HostState, IpSet, SetEntry } from "../host/types.js";
import { unknown, type Unknown } from "../packet/field.js";
import type { Branch } from "../walk/branch.js";
import { partMatches, type SetKey } from "./set-part.js";
import { all, any, negatedIf, not, truth, type Truth } from "./truth.js";

/** `xt_set.c: set_match_v4`. A set that the host does not give is unknown. */
export function setMatches(match: SetMatch, branch: Branch, host: HostState): Truth {
  const { matchSet } = match;
  if (matchSet === undefined) return "yes";
  const set = setNamed(matchSet.value.set, branch, host);
  if (set === undefined) return unknown(`the ipset ${matchSet.value.set} is not given`);
  if (asksCounters(match)) return unknown("the counters of the set's entries are not given");
  const held = holds(set, matchSet.value, branch, host);
  const found =
    match.returnNomatch === true ? isException(set, matchSet.value, branch, host) : held;
  return negatedIf(matchSet.not, found);
}

function asksCounters(match: SetMatch): boolean {
  const { packetsEq, packetsLt, packetsGt, bytesEq, bytesLt, bytesGt } = match;
  return [packetsEq, packetsLt, packetsGt, bytesEq, bytesLt, bytesGt].some(
    (asked) => asked !== undefined,
  );
}

/** As the packets so far left it. */
export function setNamed(name: string, branch: Branch, host: HostState): IpSet | undefined {
  return branch.memory.sets.get(name) ?? host.sets.get(name);
}

/** Whether the packet's parts are in the set (`ip_set_core.c: ip_set_test`). */
function holds(set: IpSet, asked: SetReference, branch: Branch, host: HostState): Truth {
  if (set.dimensions.includes("set")) return inMembers(set, asked, branch, host);
  const best = bestEntry(set, asked, branch, host);
  if (typeof best !== "object" || "unknown" in best) return best;
  return truth(!best.nomatch);
}

function isException(set: IpSet, asked: SetReference, branch: Branch, host: HostState): Truth {
  const best = bestEntry(set, asked, branch, host);
  if (typeof best !== "object" || "unknown" in best) return best;
  return truth(best.nomatch);
}

function inMembers(set: IpSet, asked: SetReference, branch: Branch, host: HostState): Truth {
  const answers = live(set, branch, host).flatMap(({ parts, nomatch }) =>
    parts.flatMap((part): Truth[] => {
      if (part.kind !== "set") return [];
      const member = setNamed(part.name, branch, host);
      const held =
        member === undefined
          ? unknown(`the ipset ${part.name} is not given`)
          : holds(member, asked, branch, host);
      return [nomatch ? not(held) : held];
    }),
  );
  return any(answers);
}

/** The entry that a packet finds in the set, for what it carries; `undefined` without one. */
export function entryOf(
  asked: SetReference,
  branch: Branch,
  host: HostState,
): SetEntry | Unknown | undefined {
  const set = setNamed(asked.set, branch, host);
  if (set === undefined) return unknown(`the ipset ${asked.set} is not given`);
  if (set.dimensions.includes("set")) return unknown(`${asked.set} is a list of other sets`);
  const best = bestEntry(set, asked, branch, host);
  if (typeof best !== "object") return undefined;
  return "unknown" in best || !best.nomatch ? best : undefined;
}

/** The matching entry with the narrowest networks: exceptions stand inside wider entries. */
function bestEntry(
  set: IpSet,
  asked: SetReference,
  branch: Branch,
  host: HostState,
): SetEntry | Truth {
  let best: SetEntry | undefined;
  for (const entry of live(set, branch, host)) {
    const answer = entryMatches(set, entry, asked, branch);
    if (answer === "no") continue;
    if (answer !== "yes") return answer;
    if (best === undefined || isNarrower(entry, best)) best = entry;
  }
  return best ?? "no";
}

function live(set: IpSet, { memory }: Branch, host: HostState): readonly SetEntry[] {
  const passed = (memory.now - host.now.value) / 1000;
  return set.entries.filter(({ timeout }) => timeout === undefined || timeout > passed);
}

function entryMatches(
  set: IpSet,
  entry: SetEntry,
  { parts: sides }: SetReference,
  branch: Branch,
): Truth {
  return all(
    entry.parts.map((part, at) => {
      const side = sides[at];
      if (side === undefined) return "no";
      const key: SetKey = { side, branch, markMask: set.markMask };
      return partMatches(part, key);
    }),
  );
}

function isNarrower(entry: SetEntry, than: SetEntry): boolean {
  for (const [at, part] of entry.parts.entries()) {
    const other = than.parts[at];
    if (part.kind !== "addresses" || other?.kind !== "addresses") continue;
    const own = BigInt(part.max) - BigInt(part.min);
    const its = BigInt(other.max) - BigInt(other.min);
    if (own !== its) return own < its;
  }
  return false;
}
