import type { Hook } from "../../engine/iptables/types.js";
import { ICMP, ICMPV6, SCTP, TCP } from "../../engine/net/protocol.js";
import type { Carried, Tuple } from "../host/types.js";
import { isUnknown } from "../packet/field.js";
import type { Packet } from "../packet/types.js";
import { assume, record, use, type Branch } from "./branch.js";
import type { ConntrackVerdict } from "./events.js";
import { isIcmpError } from "./icmp.js";
import { refresh } from "./lifetime.js";
import {
  DEFAULT_ZONES,
  findConnection,
  forgetConnection,
  type Direction,
  type Tracked,
  type Tracking,
  type Zones,
} from "./memory.js";
import { hasValidFlags, isReset, tcpMove } from "./tcp-tracking.js";
import { readSysctl } from "./sysctls.js";
import { invert, tupleOf } from "./tuple.js";
import { trackingReason, type World } from "./world.js";

/** Finds or makes the packet's connection (`nf_conntrack_core.c: nf_conntrack_in`). */
export function track(world: World, branch: Branch, hook: Hook): void {
  if (branch.tracking.kind !== "none") return;
  if (trackingReason(world) === undefined) {
    assume(branch, "connections are not tracked", "no rule given here makes the kernel track them");
    return;
  }
  const { tracking, state, why } = classify(world, branch);
  branch.tracking = tracking;
  // What a `CT` rule put on the packet is taken off, even where no connection is found.
  branch.template = undefined;
  const direction = tracking.kind === "tracked" ? tracking.direction : undefined;
  record(branch, { kind: "tracked", hook, state, direction, why });
}

interface Classified {
  readonly tracking: Tracking;
  readonly state: ConntrackVerdict;
  readonly why: string;
}

function invalid(why: string): Classified {
  return { tracking: { kind: "none" }, state: "INVALID", why };
}

function classify(world: World, branch: Branch): Classified {
  const { packet } = branch;
  if (!packet.wellFormed) return invalid("a length or checksum in its headers is wrong");
  if (isIcmpError(packet)) return related(branch);
  if (isNeighbourDiscovery(packet)) {
    const why = "neighbour and listener discovery is never tracked";
    return { tracking: { kind: "untracked" }, state: "UNTRACKED", why };
  }
  if (packet.protocol === TCP && !hasValidFlags(flagsOf(packet))) {
    return invalid("no TCP sends these flags together");
  }
  const zones = branch.template?.zones ?? DEFAULT_ZONES;
  const found = findConnection(branch.memory, tupleOf(packet), zones);
  if (found !== undefined) return belongs(world, branch, found.connection, found.direction);
  use(branch, "no connection of this packet is in the table", world.host.connections);
  return firstOf(world, branch, zones);
}

/** Types 130 to 136 and 143 (`nf_conntrack_proto_icmpv6.c: noct_valid_new`). */
function isNeighbourDiscovery({ protocol, icmpType }: Packet): boolean {
  if (protocol !== ICMPV6 || icmpType === undefined || isUnknown(icmpType)) return false;
  return (icmpType >= 130 && icmpType <= 136) || icmpType === 143;
}

/** Flags that nobody told are those of a connection's first segment. */
function flagsOf({ tcpFlags }: Packet): number {
  return tcpFlags === undefined || isUnknown(tcpFlags) ? 2 : tcpFlags;
}

/** An ICMP error belongs to the connection of the packet that it quotes (`nf_conntrack_inet_error`). */
function related(branch: Branch): Classified {
  const { quoted, destination } = branch.packet;
  if (quoted === undefined) return invalid("it quotes no packet of a known connection");
  if (isUnknown(quoted)) return invalid(quoted.unknown);
  const answered = invert(quoted);
  const found =
    answered === undefined
      ? undefined
      : findConnection(branch.memory, answered, branch.template?.zones ?? DEFAULT_ZONES);
  if (found === undefined) return invalid("it quotes no packet of a known connection");
  const { connection, direction } = found;
  const towards = direction === "reply" ? connection.reply : connection.original;
  if (towards.destination !== destination) {
    return invalid("it is not sent to the sender of the packet that it quotes");
  }
  const tracking: Tracking = { kind: "tracked", connection, direction, state: "RELATED" };
  return { tracking, state: "RELATED", why: "an ICMP error about a known connection" };
}

function belongs(
  world: World,
  branch: Branch,
  connection: Tracked,
  direction: Direction,
): Classified {
  const { packet } = branch;
  let moved = connection;
  if (packet.protocol === TCP && connection.tcp !== undefined) {
    const flags = flagsOf(packet);
    const move = tcpMove(direction, flags, connection.tcp);
    if (move === "invalid") return invalid(`no such segment can come while ${connection.tcp}`);
    if (move === "SYN_SENT" && (connection.tcp === "TIME_WAIT" || connection.tcp === "CLOSE")) {
      branch.memory = forgetConnection(branch.memory, connection);
      return firstOf(world, branch, connection.zones);
    }
    if (isReset(flags) && !connection.seenReply && direction === "original") {
      branch.memory = forgetConnection(branch.memory, connection);
    }
    moved = move === "ignored" ? connection : { ...connection, tcp: move };
    if (move === "ESTABLISHED" && connection.tcp !== "NONE" && connection.tcp !== "SYN_SENT") {
      moved = { ...moved, assured: true };
    }
  }
  const seenReply = moved.seenReply || direction === "reply";
  const carried = carry(moved.carried, direction, packet);
  moved = refresh(world, branch, { ...moved, seenReply, carried }, packet);
  const state = !seenReply ? (moved.master === undefined ? "NEW" : "RELATED") : "ESTABLISHED";
  return {
    tracking: { kind: "tracked", connection: moved, direction, state },
    state,
    why: direction === "reply" ? "a reply of a known connection" : "a packet of a known connection",
  };
}

function firstOf(world: World, branch: Branch, zones: Zones): Classified {
  const { packet, memory } = branch;
  const refusal = whyNoConnection(world, branch);
  if (refusal !== undefined) return invalid(refusal);
  const original = tupleOf(packet);
  const reply = invert(original);
  if (reply === undefined) return invalid("there is no answer to this kind of ICMP message");
  const connection = newConnection(branch, original, reply, zones);
  branch.memory = { ...memory, nextId: memory.nextId + 1 };
  return {
    tracking: { kind: "tracked", connection, direction: "original", state: "NEW" },
    state: "NEW",
    why: "the first packet of a connection",
  };
}

function newConnection(branch: Branch, original: Tuple, reply: Tuple, zones: Zones): Tracked {
  const { packet, memory } = branch;
  const move = tcpMove("original", flagsOf(packet), "NONE");
  return {
    id: memory.nextId,
    original,
    reply,
    zones,
    mark: 0,
    seenReply: false,
    assured: false,
    confirmed: false,
    bound: { source: false, destination: false },
    translated: { source: false, destination: false },
    tcp: packet.protocol !== TCP || move === "ignored" || move === "invalid" ? undefined : move,
    expires: undefined,
    since: memory.now,
    master: undefined,
    helper: branch.template?.helper,
    carried: carry({ original: NOTHING, reply: NOTHING }, "original", packet),
    labels: [],
  };
}

const NOTHING: Carried = { packets: 0, octets: 0 };

/** What the connection has carried with this packet (`nf_ct_acct_add`). */
function carry(
  before: Tracked["carried"],
  direction: Direction,
  { length }: Packet,
): Tracked["carried"] {
  if (before === undefined) return undefined;
  const { packets, octets } = before[direction];
  const more = isUnknown(length) ? length : isUnknown(octets) ? octets : octets + length;
  return { ...before, [direction]: { packets: packets + 1, octets: more } };
}

/** ICMP messages that may open a connection. */
const QUERIES_4: ReadonlySet<number> = new Set([8, 13, 15, 17]);
const QUERIES_6: ReadonlySet<number> = new Set([128, 139]);

function whyNoConnection(world: World, branch: Branch): string | undefined {
  const { packet } = branch;
  switch (packet.protocol) {
    case TCP:
      return whyNoTcp(world, branch);
    case ICMP:
    case ICMPV6: {
      const queries = packet.protocol === ICMP ? QUERIES_4 : QUERIES_6;
      const { icmpType } = packet;
      if (icmpType === undefined || isUnknown(icmpType) || queries.has(icmpType)) return undefined;
      return "this kind of ICMP message opens no connection";
    }
    case SCTP:
      return opensSctp(packet) ? undefined : "this SCTP chunk opens no association";
    default:
      return undefined;
  }
}

function whyNoTcp(world: World, branch: Branch): string | undefined {
  const flags = flagsOf(branch.packet);
  const move = tcpMove("original", flags, "NONE");
  if (move === "invalid") return "this TCP segment opens no connection";
  if (move !== "ESTABLISHED") return undefined;
  const loose = readSysctl(branch, world.host, "net.netfilter.nf_conntrack_tcp_loose");
  return loose === 0 ? "it comes from the middle of an unknown TCP connection" : undefined;
}

/** Chunks that leave the state as it is, as DATA (0) and SACK (3), open nothing (`sctp_new`). */
function opensSctp({ sctpChunks }: Packet): boolean {
  if (sctpChunks === undefined || isUnknown(sctpChunks)) return true;
  return sctpChunks.every((chunk) => chunk !== 0 && chunk !== 3 && chunk <= 14);
}
