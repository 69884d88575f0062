import type { Belief } from "../../engine/services/types.js";
import { parseAddress } from "../../engine/net/ip.js";
import { protocolNumber } from "../../engine/net/protocol.js";
import { pickOf } from "../../tracer/choose/luck.js";
import type { Chooser } from "../../tracer/choose/types.js";
import type { PacketBatch } from "../../tracer/program/batch.js";

/**
 * What would do if one knew that rules are kube-proxy's and nothing but cluster IPs is asked for: a
 * hash table of address, port and protocol, one draw, one endpoint. No rules, no other tables, no
 * masquerade: the least that an answer can cost, as a mark to aim at.
 */
export interface HashTable {
  /** Slots of `SLOT` numbers each: address, protocol and port, first endpoint, endpoints (0: empty). */
  readonly slots: Int32Array;
  /** Slots less one; slots are a power of two, at least twice the keys. */
  readonly mask: number;
  /** Addresses and ports of all endpoints, Service after Service. */
  readonly addresses: Uint32Array;
  readonly ports: Uint16Array;
}

/** What any answer about a batch tells at the least. */
export interface Drawn {
  /** 1: a Service's. */
  readonly found: Uint8Array;
  readonly source: Uint32Array;
  readonly sourcePort: Uint16Array;
  readonly destination: Uint32Array;
  readonly destinationPort: Uint16Array;
}

const SLOT = 4;

export function makeHashTable(beliefs: readonly Belief[]): HashTable {
  const room = 2 ** Math.ceil(Math.log2(Math.max(2, beliefs.length * 2)));
  const slots = new Int32Array(room * SLOT);
  const endpoints = beliefs.flatMap((belief) => belief.endpoints.map(({ text }) => text));
  const table: HashTable = {
    slots,
    mask: room - 1,
    addresses: Uint32Array.from(endpoints, (text) => number4(text.slice(0, text.lastIndexOf(":")))),
    ports: Uint16Array.from(endpoints, (text) => Number(text.slice(text.lastIndexOf(":") + 1))),
  };
  let first = 0;
  for (const { port, endpoints: own } of beliefs) {
    const address = number4(port.clusterIP) | 0;
    const service = ((protocolNumber(port.protocol) ?? 0) << 16) | port.port;
    let slot = hash(address, service) & table.mask;
    while (slots[slot * SLOT + 3] !== 0) slot = (slot + 1) & table.mask;
    slots.set([address, service, first, own.length], slot * SLOT);
    first += own.length;
  }
  return table;
}

export function makeDrawn(count: number): Drawn {
  return {
    found: new Uint8Array(count),
    source: new Uint32Array(count),
    sourcePort: new Uint16Array(count),
    destination: new Uint32Array(count),
    destinationPort: new Uint16Array(count),
  };
}

/** Packets that no Service has go where they were going. */
export function hashAndDraw(
  { slots, mask, addresses, ports }: HashTable,
  { count, source, sourcePort, destination, destinationPort, protocol }: PacketBatch,
  out: Drawn,
  { lot }: Chooser,
): void {
  for (let at = 0; at < count; at++) {
    const address = (destination[at] ?? 0) | 0;
    const service = ((protocol[at] ?? 0) << 16) | (destinationPort[at] ?? 0);
    let slot = (hash(address, service) & mask) * SLOT;
    while (slots[slot + 3] !== 0 && (slots[slot] !== address || slots[slot + 1] !== service)) {
      slot = (slot + SLOT) & ((mask << 2) | 3);
    }
    const endpoints = slots[slot + 3] ?? 0;
    out.source[at] = source[at] ?? 0;
    out.sourcePort[at] = sourcePort[at] ?? 0;
    out.found[at] = endpoints === 0 ? 0 : 1;
    if (endpoints === 0) {
      out.destination[at] = address;
      out.destinationPort[at] = destinationPort[at] ?? 0;
      continue;
    }
    const chosen = (slots[slot + 2] ?? 0) + pickOf(lot() ?? 0, endpoints);
    out.destination[at] = addresses[chosen] ?? 0;
    out.destinationPort[at] = ports[chosen] ?? 0;
  }
}

function hash(address: number, service: number): number {
  const mixed = Math.imul(address ^ Math.imul(service, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

function number4(text: string): number {
  const address = parseAddress(text);
  if (typeof address !== "number") throw new Error(`${text} is no IPv4 address`);
  return address;
}
