import type { RecentMatch } from "../../engine/iptables/extensions/recent.js";
import { andAddress } from "../../engine/net/prefix.js";
import type { Address } from "../../engine/net/ip.js";
import type { HostState, RecentEntry } from "../host/types.js";
import { isUnknown } from "../packet/field.js";
import { use, type Branch } from "../walk/branch.js";
import { truth, type Truth } from "./truth.js";

/** `ip_list_tot`: a list holds this many sources, then the one not seen for longest goes. */
export const RECENT_SOURCES = 100;
/** `XT_RECENT_MAX_NSTAMPS`: of each, this many times. */
export const RECENT_STAMPS = 256;

/**
 * `xt_recent.c: recent_mt`. A list belongs to its name, whichever rules and tables use it. Entries
 * are kept in the order in which they were last seen.
 */
export function recentMatches(match: RecentMatch, branch: Branch, host: HostState): Truth {
  const asked = verbOf(match);
  const name = match.list ?? "DEFAULT";
  const ttl = seenTtl(branch);
  if (isUnknown(ttl) && match.rttl === true) return ttl;
  const seen: RecentEntry = {
    address: keyOf(match, branch),
    ttl: isUnknown(ttl) ? 0 : ttl,
    stamps: [],
  };
  const entries = branch.memory.recent.get(name) ?? [];
  const entry = entries.find(
    (known) => known.address === seen.address && (match.rttl !== true || known.ttl === seen.ttl),
  );
  if (entry === undefined && asked.verb !== "set") {
    if (!host.recent.value.has(name)) {
      use(branch, `the recent list ${name} holds no other addresses`, host.recent);
    }
    return truth(asked.not);
  }
  const answer = holds(match, asked.verb, entry, branch.memory.now) !== asked.not;
  const refreshed = asked.verb === "set" || (asked.verb === "update" && answer);
  let left = entries.filter((known) => known !== entry);
  if (entry !== undefined && asked.verb !== "remove" && !refreshed) left = [...entries];
  if (match.reap === true) left = reaped(left, match, refreshed ? undefined : entry, branch);
  if (refreshed) left = [...makeRoom(left), stamped(entry ?? seen, seen.ttl, branch.memory.now)];
  branch.memory = { ...branch.memory, recent: branch.memory.recent.set(name, left) };
  return truth(answer);
}

type Verb = "set" | "rcheck" | "update" | "remove";

function verbOf(match: RecentMatch): { readonly verb: Verb; readonly not: boolean } {
  for (const verb of ["set", "update", "remove", "rcheck"] as const) {
    const option = match[verb];
    if (option !== undefined) return { verb, not: option.not };
  }
  return { verb: "rcheck", not: false };
}

function keyOf({ rdest, mask }: RecentMatch, { packet }: Branch): Address {
  const address = rdest === true ? packet.destination : packet.source;
  return mask === undefined ? address : andAddress(address, mask);
}

/** As before the node took one off for forwarding; only hooks with an outgoing interface add it. */
function seenTtl({ packet, out, scan }: Branch): Branch["packet"]["ttl"] {
  if (isUnknown(packet.ttl)) return packet.ttl;
  const forwarded = packet.inInterface !== undefined && out !== undefined;
  return forwarded && scan?.hook !== "INPUT" ? packet.ttl + 1 : packet.ttl;
}

function holds(
  match: RecentMatch,
  verb: Verb,
  entry: RecentEntry | undefined,
  now: number,
): boolean {
  if (verb === "set" || verb === "remove") return true;
  const oldest = match.seconds === undefined ? -Infinity : now - match.seconds * 1000;
  const hits = (entry?.stamps ?? []).filter((stamp) => stamp >= oldest).length;
  return hits >= Math.max(1, match.hitcount ?? 1);
}

/** `--reap` looks at the entry that was not seen for longest, and takes it off when it is over. */
function reaped(
  entries: RecentEntry[],
  match: RecentMatch,
  working: RecentEntry | undefined,
  branch: Branch,
): RecentEntry[] {
  const [first, ...others] = entries;
  const last = first?.stamps.at(-1);
  if (first === undefined || last === undefined || match.seconds === undefined) return entries;
  if (first === working && match.update !== undefined) return entries;
  return last < branch.memory.now - match.seconds * 1000 ? others : entries;
}

function makeRoom(entries: readonly RecentEntry[]): readonly RecentEntry[] {
  return entries.length < RECENT_SOURCES ? entries : entries.slice(1 - RECENT_SOURCES);
}

function stamped(entry: RecentEntry, ttl: number, now: number): RecentEntry {
  return { ...entry, ttl, stamps: [...entry.stamps, now].slice(-RECENT_STAMPS) };
}
