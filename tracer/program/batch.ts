import type { Family } from "../../engine/net/ip.js";
import { ICMP, ICMPV6, TCP } from "../../engine/net/protocol.js";
import { makePacket } from "../packet/make.js";
import { hasPorts } from "../packet/protocols.js";
import { TCP_FLAG_BITS, type Packet } from "../packet/types.js";
import { readAddress, wordsOf, writeAddress } from "./fields.js";

/**
 * Packets side by side, an array for each property; packet n is the n-th of each. All that is not
 * given here is as `makePacket` has it. Every array stands on a buffer of its own, so that a batch
 * can be transferred to another thread (`transferablesOf`).
 */
export interface PacketBatch {
  readonly family: Family;
  readonly count: number;
  /** Names that `inInterface` points to; the first is empty, for packets that the node makes itself. */
  readonly interfaces: readonly string[];
  /** IP protocol numbers. */
  readonly protocol: Uint8Array;
  /** IPv4: a number each. IPv6: four numbers each, the highest bits first. */
  readonly source: Uint32Array;
  readonly destination: Uint32Array;
  /** A port; of ICMP the id; else 0. */
  readonly sourcePort: Uint16Array;
  /** A port; of ICMP type * 256 + code; else 0. */
  readonly destinationPort: Uint16Array;
  /** Index into `interfaces`. */
  readonly inInterface: Uint16Array;
  readonly mark: Uint32Array;
  /** Bits of `TCP_FLAG_BITS`; 0 for other protocols. */
  readonly tcpFlags: Uint8Array;
  readonly ttl: Uint8Array;
  readonly tos: Uint8Array;
}

const DEFAULT_TTL = 64;

/** Room for `count` packets, each a SYN's flags and a fresh TTL, all else 0. */
export function makeBatch(
  family: Family,
  count: number,
  interfaces: readonly string[] = [],
): PacketBatch {
  return {
    family,
    count,
    interfaces: ["", ...interfaces],
    protocol: new Uint8Array(count),
    source: new Uint32Array(count * wordsOf(family)),
    destination: new Uint32Array(count * wordsOf(family)),
    sourcePort: new Uint16Array(count),
    destinationPort: new Uint16Array(count),
    inInterface: new Uint16Array(count),
    mark: new Uint32Array(count),
    tcpFlags: new Uint8Array(count).fill(TCP_FLAG_BITS.SYN),
    ttl: new Uint8Array(count).fill(DEFAULT_TTL),
    tos: new Uint8Array(count),
  };
}

/** A batch of these packets; `undefined` for one that says more than a batch can hold. */
export function batchOf(family: Family, packets: readonly Packet[]): PacketBatch | undefined {
  const names = [...new Set(packets.flatMap(({ inInterface }) => inInterface ?? []))];
  const batch = makeBatch(family, packets.length, names);
  return packets.every((packet, at) => setPacket(batch, at, packet)) ? batch : undefined;
}

/** Puts a packet into the batch; false when `packetAt` would not give the same packet back. */
export function setPacket(batch: PacketBatch, at: number, packet: Packet): boolean {
  const { source, destination, protocol, inInterface = "", mark, ttl, tos, tcpFlags } = packet;
  const [first, second] = keysOf(packet);
  const name = batch.interfaces.indexOf(inInterface);
  if (
    packet.family !== batch.family ||
    name < 0 ||
    first === undefined ||
    second === undefined ||
    typeof ttl !== "number" ||
    typeof tos !== "number" ||
    (tcpFlags !== undefined && typeof tcpFlags !== "number")
  ) {
    return false;
  }
  const words = wordsOf(batch.family);
  writeWords(batch.source, at * words, source);
  writeWords(batch.destination, at * words, destination);
  batch.protocol[at] = protocol;
  batch.sourcePort[at] = first;
  batch.destinationPort[at] = second;
  batch.inInterface[at] = name;
  batch.mark[at] = mark;
  batch.tcpFlags[at] = tcpFlags ?? 0;
  batch.ttl[at] = ttl;
  batch.tos[at] = tos;
  return isSame(packet, packetAt(batch, at));
}

function writeWords(into: Uint32Array, at: number, address: Packet["source"]): void {
  const words = new Int32Array(4);
  writeAddress(words, 0, address);
  into.set(words.subarray(0, typeof address === "number" ? 1 : 4), at);
}

function keysOf({
  protocol,
  sourcePort,
  destinationPort,
  icmpType,
  icmpCode,
  icmpId,
}: Packet): readonly [number | undefined, number | undefined] {
  const number = (value: unknown) => (typeof value === "number" ? value : undefined);
  if (hasPorts(protocol)) return [number(sourcePort), number(destinationPort)];
  if (protocol !== ICMP && protocol !== ICMPV6) return [0, 0];
  const type = number(icmpType);
  const code = number(icmpCode);
  const kind = type === undefined || code === undefined ? undefined : type * 256 + code;
  return [number(icmpId), kind];
}

/** What a packet may leave open without being another one to any rule that is lowered. */
const LEFT_OPEN: ReadonlySet<string> = new Set([
  "tcpOptions",
  "tcpMss",
  "length",
  "sourceMac",
  "sender",
]);

function isSame(packet: Packet, other: Packet): boolean {
  const values = new Map(Object.entries(other));
  return Object.entries(packet).every(
    ([field, value]) =>
      sameValue(value, values.get(field)) || (LEFT_OPEN.has(field) && isOpen(value)),
  );
}

function sameValue(left: unknown, right: unknown): boolean {
  if (Array.isArray(left) && Array.isArray(right)) return left.join(" ") === right.join(" ");
  return left === right;
}

/** Not known, or of a sender of whom nothing is known. */
function isOpen(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return "unknown" in value || Object.values(value).every(isOpen);
}

/** The packet that stands at this place. */
export function packetAt(batch: PacketBatch, at: number): Packet {
  const words = wordsOf(batch.family);
  const protocol = batch.protocol[at] ?? 0;
  const first = batch.sourcePort[at] ?? 0;
  const second = batch.destinationPort[at] ?? 0;
  const icmp = protocol === ICMP || protocol === ICMPV6;
  const interfaceNumber = batch.inInterface[at] ?? 0;
  return makePacket({
    protocol,
    source: readAddress(batch.source, at * words, batch.family),
    destination: readAddress(batch.destination, at * words, batch.family),
    ...(hasPorts(protocol) ? { sourcePort: first, destinationPort: second } : {}),
    ...(icmp ? { icmpId: first, icmpType: second >> 8, icmpCode: second & 255 } : {}),
    ...(protocol === TCP ? { tcpFlags: batch.tcpFlags[at] ?? 0 } : {}),
    inInterface: interfaceNumber === 0 ? undefined : batch.interfaces[interfaceNumber],
    mark: batch.mark[at] ?? 0,
    ttl: batch.ttl[at] ?? DEFAULT_TTL,
    tos: batch.tos[at] ?? 0,
  });
}

/**
 * The buffers of a batch or of a result, for `postMessage`. A result's lists of rules are not among
 * them: they are the program's own, and are copied.
 */
export function transferablesOf(arrays: object): readonly ArrayBuffer[] {
  return Object.values(arrays).flatMap((value: unknown) =>
    ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer ? [value.buffer] : [],
  );
}
