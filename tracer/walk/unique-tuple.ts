import type { Range } from "../../engine/iptables/extensions/codecs.js";
import type { Address } from "../../engine/net/ip.js";
import { ICMP, ICMPV6 } from "../../engine/net/protocol.js";
import type { Tuple } from "../host/types.js";
import { isUnknown, unknown, type Field } from "../packet/field.js";
import { hasPorts } from "../packet/protocols.js";
import { connectionsFrom, isTaken, type Memory, type Tracked } from "./memory.js";
import { pickAddress } from "./nat-address.js";
import { invert } from "./tuple.js";

export type Side = "source" | "destination";

/** What a NAT target asks for (`struct nf_nat_range2`). */
export interface NatRequest {
  readonly side: Side;
  readonly addresses: { readonly min: Address; readonly max: Address } | undefined;
  readonly ports: (Range & { readonly base?: number }) | undefined;
  /** `--random` or `--random-fully`. */
  readonly random: boolean;
  readonly persistent: boolean;
}

/** One of 0 to `count` - 1, drawn; `undefined`: it is left open. */
type Pick = (count: number) => number | undefined;

/** The connection's tuple with this side translated, unlike any other's (`get_unique_tuple`). */
export function uniqueTuple(
  current: Tuple,
  request: NatRequest,
  connection: Tracked,
  memory: Memory,
  pick: Pick,
): Tuple {
  const taken = (tuple: Tuple) => isUsed(tuple, connection, memory);
  if (request.side === "source" && !request.random) {
    const kept = isInRange(current, request)
      ? current
      : asBefore(current, request, connection, memory);
    if (kept !== undefined && !taken(kept)) return kept;
  }
  const moved = withAddress(current, request, zoneNumber(connection));
  if (!request.random) {
    const { ports } = request;
    if (ports === undefined && !taken(moved)) return moved;
    if (
      ports !== undefined &&
      ports.base === undefined &&
      portInRange(moved, request.side, ports)
    ) {
      if (ports.min === ports.max || !taken(moved)) return moved;
    }
  }
  return withUniquePort(moved, request, taken, pick);
}

/** With the source that an earlier connection from here got, where the rule allows it. */
function asBefore(
  current: Tuple,
  request: NatRequest,
  { zones }: Tracked,
  memory: Memory,
): Tuple | undefined {
  for (const { reply } of connectionsFrom(memory, current, zones)) {
    const before = invert(reply);
    if (before === undefined) continue;
    const { source, sourcePort } = before;
    const tuple = { ...current, source, sourcePort };
    if (isInRange(tuple, request)) return tuple;
  }
  return undefined;
}

/** The answers to this tuple would be taken for another connection's. */
function isUsed(tuple: Tuple, connection: Tracked, memory: Memory): boolean {
  const reply = invert(tuple);
  return reply !== undefined && isTaken(memory, reply, connection.zones, connection.id);
}

function isInRange(tuple: Tuple, { addresses, ports, side }: NatRequest): boolean {
  const address = tuple[side];
  const fits = addresses === undefined || (address >= addresses.min && address <= addresses.max);
  return fits && (ports === undefined || portInRange(tuple, side, ports));
}

/** A zone has one number, even where it counts for one direction only (`nf_ct_zone(ct)->id`). */
function zoneNumber({ zones }: Tracked): number {
  return zones.original === 0 ? zones.reply : zones.original;
}

function withAddress(
  tuple: Tuple,
  { addresses, side, persistent }: NatRequest,
  zone: number,
): Tuple {
  if (addresses === undefined) return tuple;
  const how = { persistent, side, zone };
  const address = pickAddress(addresses, tuple.source, tuple.destination, how);
  return side === "source" ? { ...tuple, source: address } : { ...tuple, destination: address };
}

/** ICMP's id stands in the source's place for both sides. */
function portOf(tuple: Tuple, side: Side): Field<number> {
  return side === "source" || isIcmp(tuple) ? tuple.sourcePort : tuple.destinationPort;
}

function withPort(tuple: Tuple, side: Side, port: Field<number>): Tuple {
  return side === "source" || isIcmp(tuple)
    ? { ...tuple, sourcePort: port }
    : { ...tuple, destinationPort: port };
}

function isIcmp({ protocol }: Tuple): boolean {
  return protocol === ICMP || protocol === ICMPV6;
}

function portInRange(tuple: Tuple, side: Side, { min, max }: Range): boolean {
  const port = portOf(tuple, side);
  return !isUnknown(port) && port >= min && port <= max;
}

/** The pool that a source port stays in (`nf_nat_l4proto_unique_tuple`). */
export function poolOf(port: number): Range {
  if (port < 512) return { min: 1, max: 511 };
  return port < 1024 ? { min: 600, max: 1023 } : { min: 1024, max: 65535 };
}

function withUniquePort(
  tuple: Tuple,
  request: NatRequest,
  taken: (tuple: Tuple) => boolean,
  pick: Pick,
): Tuple {
  const { side } = request;
  if (!hasPorts(tuple.protocol) && !isIcmp(tuple)) return tuple;
  const range = rangeFor(tuple, request);
  if (range === undefined) return tuple;
  const size = range.max - range.min + 1;
  const offset = firstOffset(tuple, request, size, pick);
  if (offset === undefined) {
    const why = `drawn at random from ${range.min} to ${range.max}`;
    return withPort(tuple, side, size === 1 ? range.min : unknown(why));
  }
  for (let step = 0; step < size; step++) {
    const tried = withPort(tuple, side, range.min + ((offset + step) % size));
    if (!taken(tried)) return tried;
  }
  return withPort(tuple, side, range.min + (offset % size));
}

function rangeFor(tuple: Tuple, { ports, side }: NatRequest): Range | undefined {
  if (ports !== undefined) return ports;
  if (isIcmp(tuple)) return { min: 0, max: 65535 };
  if (side === "destination") return undefined;
  const { sourcePort } = tuple;
  return isUnknown(sourcePort) ? { min: 1024, max: 65535 } : poolOf(sourcePort);
}

/** Where the search for a free port begins; `undefined`: at a place drawn and left open. */
function firstOffset(
  tuple: Tuple,
  { ports, random, side }: NatRequest,
  size: number,
  pick: Pick,
): number | undefined {
  const port = portOf(tuple, side);
  if (ports?.base !== undefined) {
    return isUnknown(port) ? undefined : ((port - ports.base) & 0xffff) % size;
  }
  return random || side === "source" ? pick(size) : 0;
}
