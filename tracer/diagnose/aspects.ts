import type { Match, Negatable, Rule } from "../../engine/iptables/types.js";
import { lengthOfMask, prefixContains, type Prefix } from "../../engine/net/prefix.js";
import { widthOf, familyOf, type Address } from "../../engine/net/ip.js";
import { isDraw } from "../match/answer.js";
import { interfaceMatches } from "../match/header.js";
import { askMatch } from "../match/index.js";
import type { Packet } from "../packet/types.js";
import type { Branch } from "../walk/branch.js";
import type { WalkEvent } from "../walk/events.js";
import type { World } from "../walk/world.js";

/** One thing that a rule asks of a packet, protocol and ports together being one. */
export type Aspect =
  | { readonly kind: "source" | "destination"; readonly wanted: Negatable<Prefix> }
  | { readonly kind: "transport" }
  | { readonly kind: "in-interface" | "out-interface"; readonly wanted: Negatable<string> }
  | { readonly kind: "match"; readonly match: Match };

/** How a rule's aspects fared with the packet. */
export interface Judged {
  readonly failed: readonly Aspect[];
  /** How much the rule looks made for this packet: only what holds counts. */
  readonly likeness: number;
  readonly addressHolds: boolean;
  readonly portHolds: boolean;
}

export type Failure = WalkEvent & { readonly kind: "failed" };

const TRANSPORT: ReadonlySet<Match["name"]> = new Set([
  "tcp",
  "udp",
  "sctp",
  "multiport",
  "icmp",
  "icmp6",
]);

/** Matches that say nothing of the packet, or whose answer changes what the next one is. */
const NO_ASPECT: ReadonlySet<Match["name"]> = new Set([
  "comment",
  "statistic",
  "limit",
  "hashlimit",
  "recent",
  "connlimit",
  "time",
]);

/** Weights of what holds: an address or a port of the rule's own tells most. */
const SAME_HOST = 4;
const SAME_PORT = 3;
const SAME_NETWORK = 1;
const SAME_OTHER = 1;

/** Judges each aspect by itself, as the rule saw the packet. */
export function judge(world: World, branch: Branch, failure: Failure): Judged {
  const { definition: rule, packet, out } = failure;
  const failed: Aspect[] = [];
  let likeness = 0;
  const weigh = (aspect: Aspect, holds: boolean, weight: number) => {
    if (holds) likeness += weight;
    else failed.push(aspect);
  };
  for (const kind of ["destination", "source"] as const) {
    const wanted = rule[kind];
    if (wanted === undefined) continue;
    weigh({ kind, wanted }, contains(wanted, packet[kind]), weightOf(wanted));
  }
  const port = portHolds(rule, packet);
  const transport = transportHolds(world, branch, failure);
  if (transport !== undefined) weigh({ kind: "transport" }, transport, 0);
  if (port) likeness += SAME_PORT;
  if (rule.inInterface !== undefined) {
    const holds = interfaceMatches(rule.inInterface, packet.inInterface ?? "");
    weigh({ kind: "in-interface", wanted: rule.inInterface }, holds, SAME_OTHER);
  }
  if (rule.outInterface !== undefined) {
    const holds = interfaceMatches(rule.outInterface, out ?? "");
    weigh({ kind: "out-interface", wanted: rule.outInterface }, holds, SAME_OTHER);
  }
  for (const match of rule.matches) {
    if (TRANSPORT.has(match.name) || NO_ASPECT.has(match.name)) continue;
    weigh({ kind: "match", match }, mayMatch(world, branch, failure, match), SAME_OTHER);
  }
  const { destination } = rule;
  const addressHolds =
    destination !== undefined && !destination.not && contains(destination, packet.destination);
  return { failed, likeness, addressHolds, portHolds: port };
}

function contains(wanted: Negatable<Prefix>, address: Address): boolean {
  return prefixContains(wanted.value, address) !== wanted.not;
}

function weightOf({ not, value }: Negatable<Prefix>): number {
  if (not) return 0;
  const length = lengthOfMask(value.mask) ?? 0;
  return length === widthOf(familyOf(value.address)) ? SAME_HOST : SAME_NETWORK;
}

/** `undefined`: the rule asks for no protocol and no port. */
function transportHolds(world: World, branch: Branch, failure: Failure): boolean | undefined {
  const { definition: rule, packet } = failure;
  const matches = rule.matches.filter(({ name }) => TRANSPORT.has(name));
  if (rule.protocol === undefined && matches.length === 0) return undefined;
  const { protocol } = rule;
  if (protocol !== undefined && (protocol.value === packet.protocol) === protocol.not) return false;
  return matches.every((match) => mayMatch(world, branch, failure, match));
}

/** The destination port is the rule's, whatever the protocol. */
function portHolds(rule: Rule, { destinationPort }: Packet): boolean {
  if (typeof destinationPort !== "number") return false;
  return wantedPorts(rule).some(({ min, max }) => min <= destinationPort && destinationPort <= max);
}

/** The destination ports that a rule asks for; empty when it asks for none, or by `!`. */
export function wantedPorts(rule: Rule): readonly { readonly min: number; readonly max: number }[] {
  return rule.matches.flatMap((match) => {
    switch (match.name) {
      case "tcp":
      case "udp":
      case "sctp":
        return match.dport === undefined || match.dport.not ? [] : [match.dport.value];
      case "multiport": {
        const ports = match.dports ?? match.ports;
        return ports === undefined || ports.not ? [] : ports.value;
      }
      default:
        return [];
    }
  });
}

/** What is not known is not held against the rule. */
function mayMatch(world: World, branch: Branch, failure: Failure, match: Match): boolean {
  const { packet, out, tracking } = failure;
  const answer = askMatch(match, { ...branch, packet, seenOut: out, tracking }, world);
  return answer !== "no" && answer !== "hotdrop" && !isDraw(answer);
}
