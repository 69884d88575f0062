import type { Hook, TableName } from "../../../engine/iptables/types.js";
import type { Sighting } from "./helper.js";
import { readTrace, type LoadedRules, type TraceEvent } from "./trace.js";
import { decodePacket, protocolNumberOf, seenName } from "./wire-format.js";
import type { SeenPacket, WirePacket } from "./wire-format.js";

/** A rule that the kernel matched; `rule` counts from 1 among the rules of the text. */
export interface ObservedStep {
  readonly hook: Hook;
  readonly table: TableName;
  readonly chain: string;
  readonly rule: number;
}

/** A packet's addresses and ports. */
export type Ends = Pick<SeenPacket, "source" | "sourcePort" | "destination" | "destinationPort">;

/**
 * What the kernel did with one packet, in the words of a path. `vanished`: it came out nowhere and
 * no rule dropped it, so routing or NAT did; the kernel does not say which.
 */
export interface Observation {
  readonly verdict: "forwarded" | "sent" | "delivered" | "dropped" | "rejected" | "vanished";
  readonly steps: readonly ObservedStep[];
  readonly in: string | undefined;
  readonly out: string | undefined;
  /** As the last hook saw it; `undefined`: no trace tells. */
  readonly mark: number | undefined;
  /**
   * How it came out, or how the table saw it that ended it. Unknown when it vanished, since what
   * happens to it after the last table leaves no trace.
   */
  readonly ends: Ends | undefined;
  /** As it came out, where it came out. */
  readonly packet: SeenPacket | undefined;
  /** What else came out of wires on its account: ICMP errors, resets. */
  readonly answers: readonly { readonly device: string | undefined; readonly packet: SeenPacket }[];
  /** Rules that such other packets matched, in order, and the packets, for reports. */
  readonly answerSteps: readonly ObservedStep[];
  readonly answering: readonly SeenPacket[];
  /** Rules that any packet but this one matched meanwhile, the node's own housekeeping included. */
  readonly otherSteps: readonly ObservedStep[];
  /** The errno that the node's own sender got. */
  readonly failure: string | undefined;
  /** All trace lines of the packet, for reports of a difference. */
  readonly trace: readonly TraceEvent[];
}

/** What observing needs to know of the node. */
export interface Scene extends LoadedRules {
  /** Rule texts as the save prints them: `TABLE CHAIN NUMBER`. */
  readonly rules: ReadonlyMap<string, string>;
  readonly policies: ReadonlyMap<string, string>;
  /** Chains that have a TRACE rule put first: `TABLE CHAIN`. */
  readonly traced: ReadonlySet<string>;
  readonly deviceOfEnd: ReadonlyMap<string, string>;
}

export interface Sent {
  readonly from: string | undefined;
  readonly packet: WirePacket;
  readonly identity: number;
}

export function observe(sighting: Sighting, sent: Sent, scene: Scene): Observation {
  const protocol = seenName(protocolNumberOf(sent.packet.protocol));
  const ours = (packet: SeenPacket): boolean =>
    packet.identity === sent.identity && (packet.protocol === protocol || isVeiled(sent.packet));
  const traced = eventsOf(sighting.trace, scene);
  const trace = traced.filter((event) => ours(event.packet));
  const others = traced.filter((event) => !ours(event.packet));
  const answering = others.filter((event) => !isHousekeeping(event.packet));
  const caught = sighting.caught.flatMap(({ end, packet }) => {
    const seen = decodePacket(Buffer.from(packet, "hex"));
    return seen === undefined ? [] : [{ end, packet: seen }];
  });
  const left = caught.find(({ packet }) => ours(packet));
  const delivered = sighting.delivered
    .map((packet) => decodePacket(Buffer.from(packet, "hex")))
    .find((packet) => packet !== undefined && ours(packet));
  const last = trace.at(-1);
  const packet = left?.packet ?? delivered;
  const verdict = verdictOf(sent, left !== undefined, delivered !== undefined, last, scene);
  return {
    verdict,
    steps: stepsOf(trace, scene),
    in: sent.from === undefined ? undefined : scene.deviceOfEnd.get(sent.from),
    out: left === undefined ? undefined : scene.deviceOfEnd.get(left.end),
    mark: last?.mark,
    ends: packet ?? (verdict === "vanished" ? undefined : endsOf(sent.packet, last)),
    packet,
    answers: caught
      .filter((other) => !ours(other.packet) && !isHousekeeping(other.packet))
      .map((other) => ({ device: scene.deviceOfEnd.get(other.end), packet: other.packet })),
    answerSteps: stepsOf(answering, scene),
    answering: answering.map((event) => event.packet),
    otherSteps: stepsOf(others, scene),
    failure: sighting.failure ?? undefined,
    trace,
  };
}

/** The rules that a trace tells of. */
export function stepsOfTrace(trace: readonly string[], scene: Scene): readonly ObservedStep[] {
  return stepsOf(eventsOf(trace, scene), scene);
}

function eventsOf(trace: readonly string[], scene: Scene): readonly TraceEvent[] {
  return readTrace(
    trace.map((message) => Buffer.from(message, "hex")),
    scene,
  );
}

function stepsOf(events: readonly TraceEvent[], scene: Scene): readonly ObservedStep[] {
  return events.flatMap((event) => stepOf(event, scene));
}

/** All MLDv2 routers (RFC 3810): where listener reports go, whose ICMPv6 header a trace may lack. */
const LISTENER_REPORTS = "ff02::16";

/**
 * Reports of groups; IPv6's neighbour and router discovery, redirects (RFC 4443, types 130 to 143),
 * and errors about them, which stay on the link.
 */
function isHousekeeping({ protocol, source, destination, icmpType = 0 }: SeenPacket): boolean {
  if (destination === LISTENER_REPORTS || protocol === "igmp") return true;
  if (protocol !== "icmpv6") return false;
  return (icmpType >= 130 && icmpType <= 143) || (isLinkLocal(source) && isLinkLocal(destination));
}

function isLinkLocal(address: string): boolean {
  return address.startsWith("fe80:");
}

function verdictOf(
  { from }: Sent,
  left: boolean,
  delivered: boolean,
  last: TraceEvent | undefined,
  scene: Scene,
): Observation["verdict"] {
  if (left) return from === undefined ? "sent" : "forwarded";
  return delivered ? "delivered" : endOf(last, scene);
}

/** The nft trace shows no transport header behind an IPv6 extension header. */
function isVeiled({ fragment, headers }: WirePacket): boolean {
  return fragment !== undefined || headers !== undefined;
}

/** As the table saw it that ended it, where that table's trace tells. */
function endsOf(sent: WirePacket, last: TraceEvent | undefined): Ends | undefined {
  if (last !== undefined) return isVeiled(sent) ? undefined : last.packet;
  const { source, destination, sourcePort, destinationPort } = sent;
  return { source, destination, sourcePort, destinationPort };
}

/** Targets that may drop the packet. */
const DROPPING =
  / -j (?:DROP|REJECT|N?F?QUEUE|TPROXY|SYNPROXY|[SD]NPT|[SD]NAT|MASQUERADE|REDIRECT|NETMAP|ECN|TCPMSS|TCPOPTSTRIP)\b/;

function stepOf(event: TraceEvent, scene: Scene): ObservedStep[] {
  if (event.what.kind !== "rule" || isDroppedByMatch(event, scene)) return [];
  const { hook, table, chain } = event;
  const rule = event.what.rule - (scene.traced.has(`${table} ${chain}`) ? 1 : 0);
  return rule === 0 ? [] : [{ hook, table, chain, rule }];
}

/** nft tells of a match that drops the packet by itself as if the whole rule had matched. */
function isDroppedByMatch({ table, chain, what, verdict }: TraceEvent, scene: Scene): boolean {
  if (what.kind !== "rule" || verdict !== "drop") return false;
  const rule = scene.rules.get(`${table} ${chain} ${what.rule}`);
  return rule !== undefined && !DROPPING.test(rule);
}

/** How a packet ended that came out nowhere. */
function endOf(last: TraceEvent | undefined, scene: Scene): "dropped" | "rejected" | "vanished" {
  if (last === undefined) return "vanished";
  const place = `${last.table} ${last.chain}`;
  if (last.what.kind === "end") {
    return scene.policies.get(place) === "DROP" ? "dropped" : "vanished";
  }
  const target = / -j (\S+)/.exec(scene.rules.get(`${place} ${last.what.rule}`) ?? "")?.[1];
  if (target === "REJECT") return "rejected";
  // It takes the packet and answers itself, or not: no trace tells.
  if (target === "SYNPROXY") return "vanished";
  return last.verdict === "drop" || target === "DROP" ? "dropped" : "vanished";
}
