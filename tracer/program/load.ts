import { ICMP, ICMPV6 } from "../../engine/net/protocol.js";
import { hasPorts } from "../packet/protocols.js";
import type { PacketBatch } from "./batch.js";
import { DESTINATION, DESTINATION_PORT, MARK, PROTOCOL, SOURCE, SOURCE_PORT } from "./fields.js";
import type { Lowered } from "./program.js";
import {
  CAME_BY,
  DECISION,
  DESTINATION_CLASS,
  DESTINATION_KEY,
  ICMP_TYPE,
  LEAVES_BY,
  MOVED,
  PORT_OPEN,
  SEEN_OUT,
  SOURCE_CLASS,
  SOURCE_KEY,
  TCP_FLAGS,
  TRANSLATED,
  TTL,
} from "./registers.js";

/**
 * Puts a packet of the batch into the machine's registers. `cameBy` are the numbers of the batch's
 * interfaces. False: a packet that opens no connection, belongs to a known one or comes by an
 * unknown interface, which is left to the reference.
 */
export function load(
  { machine, firstPackets }: Lowered,
  batch: PacketBatch,
  at: number,
  cameBy: Int32Array,
): boolean {
  const { registers, words, known } = machine;
  const protocol = batch.protocol[at] ?? 0;
  const first = batch.sourcePort[at] ?? 0;
  const second = batch.destinationPort[at] ?? 0;
  const name = cameBy[batch.inInterface[at] ?? 0] ?? -1;
  if (name < 0) return false;
  const icmp = protocol === ICMP || protocol === ICMPV6;
  const ports = hasPorts(protocol);
  const flags = batch.tcpFlags[at] ?? 0;
  if (icmp && (protocol === ICMP) !== (batch.family === 4)) return false;
  if (!firstPackets.opens(protocol, icmp ? second >> 8 : flags)) return false;
  registers[PROTOCOL] = protocol;
  registers[SOURCE_PORT] = ports ? first : -1;
  registers[DESTINATION_PORT] = ports ? second : -1;
  registers[SOURCE_KEY] = ports || icmp ? first : 0;
  registers[DESTINATION_KEY] = ports || icmp ? second : 0;
  registers[ICMP_TYPE] = icmp ? second : -1;
  registers[TCP_FLAGS] = flags;
  registers[MARK] = batch.mark[at] ?? 0;
  registers[TTL] = batch.ttl[at] ?? 0;
  registers[CAME_BY] = name;
  registers[LEAVES_BY] = 0;
  registers[SEEN_OUT] = 0;
  registers[SOURCE_CLASS] = -1;
  registers[DESTINATION_CLASS] = -1;
  registers[DECISION] = 0;
  registers[TRANSLATED] = 0;
  registers[MOVED] = 0;
  registers[PORT_OPEN] = 0;
  if (words === 1) {
    registers[SOURCE] = batch.source[at] ?? 0;
    registers[DESTINATION] = batch.destination[at] ?? 0;
  } else {
    for (let word = 0; word < 4; word++) {
      registers[SOURCE + word] = batch.source[at * 4 + word] ?? 0;
      registers[DESTINATION + word] = batch.destination[at * 4 + word] ?? 0;
    }
    if (isRefused6(registers)) return false;
  }
  return known.size === 0 || !known.hasPacket(registers);
}

/** A source of ff00::/8, and ::1 at either end: what `ip6_rcv_core` may refuse. */
function isRefused6(registers: Int32Array): boolean {
  return (
    (registers[SOURCE] ?? 0) >>> 24 === 0xff ||
    isLoopback6(registers, SOURCE) ||
    isLoopback6(registers, DESTINATION)
  );
}

function isLoopback6(registers: Int32Array, at: number): boolean {
  return (
    registers[at] === 0 &&
    registers[at + 1] === 0 &&
    registers[at + 2] === 0 &&
    registers[at + 3] === 1
  );
}

/** Numbers of the batch's interfaces; -1 for those that are neither on the host nor in a rule. */
export function interfacesOf({ interfaces }: Lowered, batch: PacketBatch): Int32Array {
  return Int32Array.from(batch.interfaces, (name) => interfaces.numberOf(name));
}
