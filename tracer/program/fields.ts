import type { Address } from "../../engine/net/ip.js";
import type { Packet } from "../packet/types.js";

/*
 * What rules ask of a packet, as a row of 32-bit numbers. An IPv6 address takes four of them, the
 * highest bits first; an IPv4 address the first of its four.
 */

export const PROTOCOL = 0;
/** -1 where the protocol has no ports. */
export const SOURCE_PORT = 1;
export const DESTINATION_PORT = 2;
export const MARK = 3;
/** Number of the interface that `-i` is compared with; 0 where the hook has none. */
export const IN = 4;
export const OUT = 5;
export const SOURCE = 6;
export const DESTINATION = 10;
export const FIELDS = 14;

export type Fields = Int32Array;

/** The parts of an address that `SOURCE` and `DESTINATION` stand for. */
export function writeAddress(fields: Fields, at: number, address: Address): void {
  if (typeof address === "number") {
    fields[at] = address;
    return;
  }
  fields[at] = Number((address >> 96n) & 0xffffffffn);
  fields[at + 1] = Number((address >> 64n) & 0xffffffffn);
  fields[at + 2] = Number((address >> 32n) & 0xffffffffn);
  fields[at + 3] = Number(address & 0xffffffffn);
}

export function readAddress(words: ArrayLike<number>, at: number, family: 4 | 6): Address {
  if (family === 4) return (words[at] ?? 0) >>> 0;
  let address = 0n;
  for (let word = at; word < at + 4; word++) {
    address = (address << 32n) | BigInt((words[word] ?? 0) >>> 0);
  }
  return address;
}

/** How many numbers an address takes. */
export function wordsOf(family: 4 | 6): 1 | 4 {
  return family === 4 ? 1 : 4;
}

/**
 * The packet's fields, as far as an index needs them. False: a fragment, or a port that is not known;
 * what its rules ask cannot be told from numbers alone.
 */
export function writeFields(
  fields: Fields,
  packet: Packet,
  inInterface: number,
  outInterface: number,
): boolean {
  const { sourcePort = -1, destinationPort = -1 } = packet;
  if (typeof sourcePort !== "number" || typeof destinationPort !== "number") return false;
  if (packet.fragment !== undefined) return false;
  fields[PROTOCOL] = packet.protocol;
  fields[SOURCE_PORT] = sourcePort;
  fields[DESTINATION_PORT] = destinationPort;
  fields[MARK] = packet.mark;
  fields[IN] = inInterface;
  fields[OUT] = outInterface;
  writeAddress(fields, SOURCE, packet.source);
  writeAddress(fields, DESTINATION, packet.destination);
  return true;
}
