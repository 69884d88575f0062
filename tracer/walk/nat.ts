import { ICMP, ICMPV6 } from "../../engine/net/protocol.js";
import type { Tuple } from "../host/types.js";
import { isUnknown } from "../packet/field.js";
import { hasPorts } from "../packet/protocols.js";
import type { Packet, Quoted } from "../packet/types.js";
import { rewrite, type Branch } from "./branch.js";
import { changeConnection, type Tracked } from "./memory.js";
import { isIcmpError } from "./icmp.js";
import { invert, sameTuple } from "./tuple.js";
import { uniqueTuple, type NatRequest, type Side } from "./unique-tuple.js";

const BOUND_TO_NOTHING = {
  addresses: undefined,
  ports: undefined,
  random: false,
  persistent: false,
};

/** The connection that the packet belongs to, replaced by `connection`. */
export function setConnection(branch: Branch, connection: Tracked): void {
  const { tracking } = branch;
  if (tracking.kind !== "tracked") return;
  branch.tracking = { ...tracking, connection };
  if (connection.confirmed) branch.memory = changeConnection(branch.memory, connection);
}

/** Binds one side of a new connection, for good (`nf_nat_core.c: nf_nat_setup_info`). */
export function bind(branch: Branch, request: NatRequest): void {
  const { tracking, memory } = branch;
  if (tracking.kind !== "tracked") return;
  const { connection } = tracking;
  // What is in the table already stays as it is, though nobody was asked about it before.
  if (connection.confirmed) return;
  const current = invert(connection.reply);
  if (current === undefined) return;
  const { lot, luck } = branch;
  const pick = (count: number) => (lot === undefined ? undefined : luck.pick(lot, count));
  const wanted = uniqueTuple(current, request, connection, memory, pick);
  const bound = { ...connection.bound, [request.side]: true };
  const reply = invert(wanted);
  if (sameTuple(current, wanted) || reply === undefined) {
    setConnection(branch, { ...connection, bound });
    return;
  }
  const translated = { ...connection.translated, [request.side]: true };
  setConnection(branch, { ...connection, bound, translated, reply });
}

/** Binds a side that no rule bound: nothing changes unless two connections would clash. */
export function bindToNothing(branch: Branch, side: Side): void {
  const { tracking } = branch;
  if (tracking.kind !== "tracked" || tracking.connection.bound[side]) return;
  const current = invert(tracking.connection.reply);
  if (current === undefined) return;
  const own = current[side];
  bind(branch, { ...BOUND_TO_NOTHING, side, addresses: { min: own, max: own } });
}

/** Rewrites one side of the packet as its connection is bound (`nf_nat_packet`). */
export function translate(branch: Branch, side: Side): void {
  const { tracking, packet } = branch;
  if (tracking.kind !== "tracked") return;
  const { connection, direction } = tracking;
  const opposite = side === "source" ? "destination" : "source";
  const changed = direction === "original" ? side : opposite;
  if (!connection.translated[changed]) return;
  const towards = direction === "original" ? connection.reply : connection.original;
  const by =
    direction === "original" ? "the connection's NAT" : "the connection's NAT, turned round";
  if (isIcmpError(packet)) rewrite(branch, by, translateError(packet, towards, side));
  else {
    const target = invert(towards);
    if (target !== undefined) rewrite(branch, by, sideOf(packet, target, side));
  }
}

function sideOf(packet: Packet, target: Tuple, side: Side): Partial<Packet> {
  const icmp = packet.protocol === ICMP || packet.protocol === ICMPV6;
  const id = icmp ? { icmpId: target.sourcePort } : {};
  if (side === "source") {
    const port = hasPorts(packet.protocol) ? { sourcePort: target.sourcePort } : {};
    return { source: target.source, ...port, ...id };
  }
  const port = hasPorts(packet.protocol) ? { destinationPort: target.destinationPort } : {};
  return { destination: target.destination, ...port, ...id };
}

/** An ICMP error's own address, and the other side of the packet that it quotes. */
function translateError(packet: Packet, towards: Tuple, side: Side): Partial<Packet> {
  const outer =
    side === "source" ? { source: towards.destination } : { destination: towards.source };
  const { quoted } = packet;
  if (quoted === undefined || isUnknown(quoted)) return outer;
  return { ...outer, quoted: translateQuoted(quoted, towards, side) };
}

function translateQuoted(quoted: Quoted, towards: Tuple, side: Side): Quoted {
  const icmp = quoted.protocol === ICMP || quoted.protocol === ICMPV6;
  if (side === "source") {
    const destinationPort = icmp
      ? quoted.destinationPort
      : known(towards.destinationPort, quoted.destinationPort);
    return { ...quoted, destination: towards.destination, destinationPort };
  }
  return {
    ...quoted,
    source: towards.source,
    sourcePort: known(towards.sourcePort, quoted.sourcePort),
  };
}

function known(port: Tuple["sourcePort"], otherwise: number): number {
  return isUnknown(port) ? otherwise : port;
}
