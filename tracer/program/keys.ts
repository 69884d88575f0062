import type { MaskedNumber, Range } from "../../engine/iptables/extensions/codecs.js";
import type { Match, Negatable, Rule } from "../../engine/iptables/types.js";
import type { Prefix } from "../../engine/net/prefix.js";
import { SCTP, TCP, UDP } from "../../engine/net/protocol.js";
import type { HostState, IpSet } from "../host/types.js";
import { UDPLITE } from "../packet/protocols.js";

/**
 * What a packet must have for a rule to match it. A packet without one of these fails the rule, and
 * fails it before anything else of the rule can have a side effect, draw or be in doubt; a packet
 * with all of them may fail it still.
 */
export interface Keys {
  destination?: Prefix;
  source?: Prefix;
  mark?: MaskedNumber;
  protocols?: readonly number[];
  sourcePorts?: readonly Range[];
  destinationPorts?: readonly Range[];
  /** Exact names only. */
  inInterface?: string;
  outInterface?: string;
  /** IPv4, from the entries of an ipset. */
  sources?: readonly Range[];
  destinations?: readonly Range[];
}

/** Which of the host's ipsets stay as they are while packets are walked. */
export interface StableSets {
  readonly host: HostState;
  readonly changed: ReadonlySet<string>;
  /** Addresses of each set, once they have been asked for. */
  readonly ranges: Map<IpSet, readonly Range[]>;
}

export function keysOf(rule: Rule, sets: StableSets): Keys {
  const keys: Keys = {};
  if (rule.destination?.not === false) keys.destination = rule.destination.value;
  if (rule.source?.not === false) keys.source = rule.source.value;
  if (rule.protocol?.not === false) keys.protocols = [rule.protocol.value];
  const { inInterface, outInterface } = rule;
  if (isExact(inInterface)) keys.inInterface = inInterface.value;
  if (isExact(outInterface)) keys.outInterface = outInterface.value;
  for (const match of rule.matches) if (!addKeys(keys, match, sets)) break;
  return keys;
}

/**
 * Whether a rule without any header field may have keys whose first match, comments aside, has this
 * name; "": it has none.
 */
export function mayAsk(name: string): boolean {
  return ASKING.has(name);
}

/** The matches of which `addKeys` does not say at once that nothing behind them may be looked at. */
const ASKING: ReadonlySet<string> = new Set<Match["name"]>([
  "tcp",
  "udp",
  "sctp",
  "multiport",
  "mark",
  "set",
]);

function isExact(wanted: Negatable<string> | undefined): wanted is Negatable<string> {
  return wanted !== undefined && !wanted.not && !wanted.value.endsWith("+");
}

/** False when what comes after this match may not be looked at before it. */
function addKeys(keys: Keys, match: Match, sets: StableSets): boolean {
  switch (match.name) {
    case "comment":
      return true;
    case "tcp":
      addPorts(keys, [TCP], match);
      return match.flags === undefined && match.tcpOption === undefined;
    case "udp":
      addPorts(keys, [UDP, UDPLITE], match);
      return true;
    case "sctp":
      addPorts(keys, [SCTP], match);
      return match.chunkTypes === undefined;
    case "multiport":
      if (match.sports?.not === false) keys.sourcePorts ??= match.sports.value;
      if (match.dports?.not === false) keys.destinationPorts ??= match.dports.value;
      return true;
    case "mark":
      if (match.mark?.not === false) keys.mark ??= match.mark.value;
      return true;
    case "set": {
      const { matchSet } = match;
      const set = matchSet === undefined ? undefined : plainSet(matchSet.value.set, sets);
      if (set === undefined || matchSet === undefined || asksMore(match)) return false;
      if (matchSet.not || set.family !== 4) return true;
      if (matchSet.value.parts[0] === "src") keys.sources ??= rangesOf(set, sets);
      else keys.destinations ??= rangesOf(set, sets);
      return true;
    }
    default:
      return false;
  }
}

function addPorts(
  keys: Keys,
  protocols: readonly number[],
  match: { readonly sport?: Negatable<Range>; readonly dport?: Negatable<Range> },
): void {
  keys.protocols ??= protocols;
  if (match.sport?.not === false) keys.sourcePorts ??= [match.sport.value];
  if (match.dport?.not === false) keys.destinationPorts ??= [match.dport.value];
}

function asksMore(match: Extract<Match, { readonly name: "set" }>): boolean {
  return Object.keys(match).some((option) => option !== "name" && option !== "matchSet");
}

/** A set of addresses alone that is known and that nothing changes. */
function plainSet(name: string, { host, changed }: StableSets): IpSet | undefined {
  const set = host.sets.get(name);
  if (set === undefined || changed.has(name) || set.dimensions.length !== 1) return undefined;
  const [dimension] = set.dimensions;
  return dimension === "ip" || dimension === "net" ? set : undefined;
}

/** The IPv4 addresses of its entries, exceptions among them left out of account. */
function rangesOf(set: IpSet, { ranges }: StableSets): readonly Range[] {
  const known = ranges.get(set);
  if (known !== undefined) return known;
  const found = set.entries.flatMap(({ parts: [part], nomatch }) =>
    nomatch || part?.kind !== "addresses" || typeof part.min !== "number"
      ? []
      : [{ min: part.min, max: Number(part.max) }],
  );
  ranges.set(set, found);
  return found;
}
