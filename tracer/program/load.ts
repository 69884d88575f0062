import { ICMP, ICMPV6, UDP } from "../../engine/net/protocol.js";
import { makePacket } from "../packet/make.js";
import { hasPorts } from "../packet/protocols.js";
import type { Memory } from "../walk/memory.js";
import type { World } from "../walk/world.js";
import type { PacketBatch } from "./batch.js";
import { DESTINATION, DESTINATION_PORT, MARK, PROTOCOL, SOURCE, SOURCE_PORT } from "./fields.js";
import type { Machine } from "./machine.js";
import type { Lowered } from "./program.js";
import {
  CAME_BY,
  DESTINATION_CLASS,
  DESTINATION_KEY,
  ICMP_TYPE,
  SOURCE_CLASS,
  SOURCE_KEY,
  TCP_FLAGS,
  TTL,
  type Registers,
} from "./registers.js";
import { goThrough, scratch } from "./scratch.js";
import type { Standing } from "./standing.js";

/**
 * Puts a packet of the batch where it begins. False: what becomes of it only the reference knows.
 * `cameBy`: numbers of the batch's interfaces.
 */
export function load(
  machine: Machine,
  cameBy: Int32Array,
  packets: PacketBatch,
  at: number,
  standing: Standing,
): boolean {
  const { registers } = standing;
  const { words } = machine;
  const name = cameBy[packets.inInterface[at] ?? 0] ?? -1;
  if (name < 0) return false;
  const protocol = packets.protocol[at] ?? 0;
  const second = packets.destinationPort[at] ?? 0;
  const flags = packets.tcpFlags[at] ?? 0;
  if (!machine.firstPackets.opens(protocol, flags, second)) return false;
  standing.restart();
  registers.fill(0);
  for (let word = 0; word < words; word++) {
    registers[SOURCE + word] = packets.source[at * words + word] ?? 0;
    registers[DESTINATION + word] = packets.destination[at * words + word] ?? 0;
  }
  setKeys(registers, protocol, packets.sourcePort[at] ?? 0, second);
  registers[TCP_FLAGS] = flags;
  registers[MARK] = packets.mark[at] ?? 0;
  registers[TTL] = packets.ttl[at] ?? 0;
  registers[CAME_BY] = name;
  registers[SOURCE_CLASS] = -1;
  registers[DESTINATION_CLASS] = -1;
  standing.pc = name === 0 ? machine.output : machine.prerouting;
  if (words === 4 && isRefused6(registers)) return false;
  return !machine.known.hasPacket(registers);
}

/** Ports, or what stands in their place. */
function setKeys(registers: Registers, protocol: number, first: number, second: number): void {
  const icmp = protocol === ICMP || protocol === ICMPV6;
  const ports = hasPorts(protocol);
  registers[PROTOCOL] = protocol;
  registers[SOURCE_PORT] = ports ? first : -1;
  registers[DESTINATION_PORT] = ports ? second : -1;
  registers[ICMP_TYPE] = icmp ? second : -1;
  registers[SOURCE_KEY] = ports || icmp ? first : 0;
  registers[DESTINATION_KEY] = ports || icmp ? second : 0;
}

/** A source of ff00::/8, and ::1 at either end: what `ip6_rcv_core` may refuse. */
function isRefused6(registers: Registers): boolean {
  return (
    (registers[SOURCE] ?? 0) >>> 24 === 0xff ||
    isLoopback6(registers, SOURCE) ||
    isLoopback6(registers, DESTINATION)
  );
}

function isLoopback6(registers: Registers, at: number): boolean {
  return (
    registers[at] === 0 &&
    registers[at + 1] === 0 &&
    registers[at + 2] === 0 &&
    registers[at + 3] === 1
  );
}

/**
 * Numbers of the batch's interfaces; -1 for those that are neither on the host nor in a rule, and for
 * those whose packets are the reference walk's.
 */
export function interfacesOf(
  { interfaces, left }: Pick<Lowered, "interfaces" | "left">,
  batch: PacketBatch,
): Int32Array {
  return Int32Array.from(batch.interfaces, (name) =>
    left.has(name) ? -1 : interfaces.numberOf(name),
  );
}

/**
 * Ports of bridges, as their packets come in by the bridge; and bridges whose frames iptables does
 * not see, since what they pass on by themselves meets no rule.
 */
export function leftInterfaces(world: World, memory: Memory): ReadonlySet<string> {
  const devices = world.host.interfaces.value;
  const bridges = new Set(devices.filter(({ kind }) => kind === "bridge").map(({ name }) => name));
  const left = devices.filter(
    ({ name, master }) =>
      (master !== undefined && bridges.has(master)) ||
      (bridges.has(name) && !isSeen(world, memory, name)),
  );
  return new Set(left.map(({ name }) => name));
}

/** A packet that the bridge would route keeps that it came by a port only where rules see it. */
function isSeen(world: World, memory: Memory, bridge: string): boolean {
  const address = world.family === 4 ? 0 : 0n;
  const parts = { source: address, destination: address, inInterface: bridge };
  const packet = makePacket({ protocol: UDP, sourcePort: 40_000, destinationPort: 9, ...parts });
  const asked = scratch(world, memory, packet);
  return (
    goThrough(asked, { do: "receive", hook: "PREROUTING" }) &&
    asked.branch.packet.physicalIn !== undefined
  );
}
