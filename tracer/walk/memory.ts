import type {
  Carried,
  Connection,
  HostState,
  IpSet,
  RecentEntry,
  TcpState,
  Tuple,
} from "../host/types.js";
import { isUnknown } from "../packet/field.js";
import { PersistentMap } from "./persistent.js";
import { tupleKey } from "./tuple.js";

/** A connection while packets are walked (`struct nf_conn`). Never changed, only replaced. */
export interface Tracked {
  readonly id: number;
  readonly original: Tuple;
  readonly reply: Tuple;
  readonly zones: Zones;
  readonly mark: number;
  readonly seenReply: boolean;
  readonly assured: boolean;
  /** In the table: its first packet left the node or reached a socket. */
  readonly confirmed: boolean;
  /** nat has been asked for this side (`IPS_SRC_NAT_DONE`, `IPS_DST_NAT_DONE`). */
  readonly bound: { readonly source: boolean; readonly destination: boolean };
  /** This side was really changed (`IPS_SRC_NAT`, `IPS_DST_NAT`). */
  readonly translated: { readonly source: boolean; readonly destination: boolean };
  readonly tcp: TcpState | undefined;
  /** When the entry goes, ms since 1970; `undefined`: not known. */
  readonly expires: number | undefined;
  /** When the first packet came, ms since 1970. */
  readonly since: number | undefined;
  readonly master: number | undefined;
  readonly helper: string | undefined;
  /** What each direction has carried, this packet included; `undefined`: not given. */
  readonly carried: Readonly<Record<Direction, Carried>> | undefined;
  /** Bits of its label; `undefined`: not given. */
  readonly labels: readonly number[] | undefined;
}

export type Direction = "original" | "reply";

/** The conntrack zone of each direction; 0 unless a `CT` rule says otherwise. */
export type Zones = Readonly<Record<Direction, number>>;

export const DEFAULT_ZONES: Zones = { original: 0, reply: 0 };

/** What conntrack says of the packet (`skb->_nfct`). */
export type Tracking =
  /** Not looked at yet, not tracked at all here, or invalid: `-m conntrack` sees INVALID. */
  | { readonly kind: "none" }
  | { readonly kind: "untracked" }
  | {
      readonly kind: "tracked";
      readonly connection: Tracked;
      readonly direction: Direction;
      readonly state: "NEW" | "ESTABLISHED" | "RELATED";
    };

interface Found {
  readonly id: number;
  readonly direction: Direction;
}

/** What packets leave behind on the node: connections, `recent` lists, counters of rules. */
export interface Memory {
  /** ms since 1970. */
  readonly now: number;
  readonly nextId: number;
  readonly connections: PersistentMap<number, Tracked>;
  readonly byTuple: PersistentMap<string, Found>;
  /** Connections by the source that they began with, latest first (`nf_nat_bysource`). */
  readonly bySource: PersistentMap<string, readonly number[]>;
  readonly recent: PersistentMap<string, readonly RecentEntry[]>;
  /** Sets that `SET` rules changed. */
  readonly sets: PersistentMap<string, IpSet>;
  /** Connections that a `connlimit` rule has counted, by rule and address. */
  readonly counted: PersistentMap<string, readonly number[]>;
  /** Evaluations of an `nth` rule, octets of `quota`, tokens of `limit`: by rule or by bucket. */
  readonly counters: PersistentMap<string, number>;
  /** When a bucket of `counters` was last filled, ms since 1970. */
  readonly filled: PersistentMap<string, number>;
}

/** The memory of a node in this state, before any packet is walked. */
export function memoryOf(host: HostState): Memory {
  const now = host.now.value;
  const empty: Memory = {
    now,
    nextId: 1,
    connections: PersistentMap.of(new Map()),
    byTuple: PersistentMap.of(new Map()),
    bySource: PersistentMap.of(new Map()),
    recent: PersistentMap.of(host.recent.value),
    sets: PersistentMap.of(new Map()),
    counted: PersistentMap.of(new Map()),
    counters: PersistentMap.of(
      new Map([...host.nth].map(([rule, count]) => [`nth ${rule}`, count])),
    ),
    filled: PersistentMap.of(new Map()),
  };
  const connections = new Map<number, Tracked>();
  const byTuple = new Map<string, Found>();
  const bySource = new Map<string, readonly number[]>();
  for (const connection of host.connections.value) {
    const id = connections.size + 1;
    const entry = trackedFrom(connection, id, now);
    connections.set(id, entry);
    byTuple.set(tupleKey(entry.original, entry.zones.original), { id, direction: "original" });
    byTuple.set(tupleKey(entry.reply, entry.zones.reply), { id, direction: "reply" });
    const source = sourceKey(entry.original, entry.zones);
    bySource.set(source, [id, ...(bySource.get(source) ?? [])]);
  }
  return {
    ...empty,
    nextId: connections.size + 1,
    connections: PersistentMap.of(connections),
    byTuple: PersistentMap.of(byTuple),
    bySource: PersistentMap.of(bySource),
  };
}

function trackedFrom(connection: Connection, id: number, now: number): Tracked {
  const { original, reply, timeout } = connection;
  return {
    id,
    original,
    reply,
    zones: { original: connection.zone, reply: connection.zone },
    mark: connection.mark,
    seenReply: connection.seenReply,
    assured: connection.assured,
    confirmed: true,
    bound: { source: true, destination: true },
    translated: {
      source: original.source !== reply.destination || changedPort(original, reply, "source"),
      destination:
        original.destination !== reply.source || changedPort(original, reply, "destination"),
    },
    tcp: connection.tcpState,
    expires: timeout === undefined ? undefined : now + timeout * 1000,
    since: undefined,
    master: undefined,
    helper: connection.helper,
    carried: connection.carried,
    labels: undefined,
  };
}

/** ICMP's keys are turned round otherwise than ports, so only its id can be compared. */
function changedPort(original: Tuple, reply: Tuple, side: "source" | "destination"): boolean {
  if (original.protocol === 1 || original.protocol === 58) {
    return side === "source" && original.sourcePort !== reply.sourcePort;
  }
  return side === "source"
    ? original.sourcePort !== reply.destinationPort
    : original.destinationPort !== reply.sourcePort;
}

/** The live connection that a packet with this tuple belongs to. */
export function findConnection(
  memory: Memory,
  tuple: Tuple,
  zones: Zones,
): { readonly connection: Tracked; readonly direction: Direction } | undefined {
  const found = findIn(memory, tuple, zones, "original");
  return (
    found ?? (zones.reply === zones.original ? undefined : findIn(memory, tuple, zones, "reply"))
  );
}

function findIn(memory: Memory, tuple: Tuple, zones: Zones, asked: Direction) {
  const found = memory.byTuple.get(tupleKey(tuple, zones[asked]));
  const connection = found === undefined ? undefined : memory.connections.get(found.id);
  if (found === undefined || connection === undefined) return undefined;
  const { direction } = found;
  const sameZone = connection.zones[direction] === zones[direction];
  return sameZone && !isOver(connection, memory.now) ? { connection, direction } : undefined;
}

function isOver(connection: Tracked, now: number): boolean {
  return connection.expires !== undefined && connection.expires <= now;
}

/**
 * Live connections that began with this tuple's protocol, source and source port, latest first: NAT
 * gives one source one address and port where it can (`nf_nat_core.c: find_appropriate_src`).
 */
export function connectionsFrom(memory: Memory, tuple: Tuple, zones: Zones): readonly Tracked[] {
  const key = sourceKey(tuple, zones);
  return (memory.bySource.get(key) ?? []).flatMap((id) => {
    const known = memory.connections.get(id);
    const fits = known !== undefined && sourceKey(known.original, known.zones) === key;
    return fits && !isOver(known, memory.now) ? [known] : [];
  });
}

function sourceKey({ protocol, source, sourcePort }: Tuple, zones: Zones): string {
  const port = isUnknown(sourcePort) ? "?" : sourcePort;
  return `${zones.original} ${protocol} ${source} ${port}`;
}

/** Puts a new connection into the table, or a changed one in place of what it was. */
export function keepConnection(memory: Memory, connection: Tracked): Memory {
  const { id, original, reply, zones } = connection;
  const source = sourceKey(original, zones);
  const others = (memory.bySource.get(source) ?? []).filter(
    (other) => other !== id && memory.connections.get(other) !== undefined,
  );
  return {
    ...memory,
    connections: memory.connections.set(id, connection),
    byTuple: memory.byTuple
      .set(tupleKey(original, zones.original), { id, direction: "original" })
      .set(tupleKey(reply, zones.reply), { id, direction: "reply" }),
    bySource: memory.bySource.set(source, [id, ...others]),
  };
}

/** Replaces a connection whose tuples are the same as before, if it is still in the table. */
export function changeConnection(memory: Memory, connection: Tracked): Memory {
  if (memory.connections.get(connection.id) === undefined) return memory;
  return { ...memory, connections: memory.connections.set(connection.id, connection) };
}

export function forgetConnection(memory: Memory, connection: Tracked): Memory {
  return {
    ...memory,
    connections: memory.connections.delete(connection.id),
    byTuple: memory.byTuple
      .delete(tupleKey(connection.original, connection.zones.original))
      .delete(tupleKey(connection.reply, connection.zones.reply)),
  };
}

/** The connection of this number, if it is in the table and its time is not over. */
export function liveConnection(memory: Memory, id: number): Tracked | undefined {
  const known = memory.connections.get(id);
  return known === undefined || isOver(known, memory.now) ? undefined : known;
}

/** All live connections, oldest first. */
export function liveConnections(memory: Memory): readonly Tracked[] {
  return memory.connections
    .entries()
    .map(([, connection]) => connection)
    .filter((connection) => !isOver(connection, memory.now));
}

/** Another live connection already answers with this tuple (`nf_conntrack_tuple_taken`). */
export function isTaken(memory: Memory, tuple: Tuple, zones: Zones, own: number): boolean {
  // A port that NAT draws at random is one that is free.
  if (isUnknown(tuple.sourcePort) || isUnknown(tuple.destinationPort)) return false;
  const found = findConnection(memory, tuple, zones);
  return found !== undefined && found.connection.id !== own;
}

/** The clock moved on. */
export function later(memory: Memory, milliseconds: number): Memory {
  return { ...memory, now: memory.now + milliseconds };
}
