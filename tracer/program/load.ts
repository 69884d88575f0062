import { UDP } from "../../engine/net/protocol.js";
import { makePacket } from "../packet/make.js";
import type { Memory } from "../walk/memory.js";
import type { World } from "../walk/world.js";
import { DESTINATION, SOURCE } from "./fields.js";
import type { PacketBatch } from "./batch.js";
import type { Lowered } from "./program.js";
import type { Registers } from "./registers.js";
import { goThrough, scratch } from "./scratch.js";

/** A source of ff00::/8, and ::1 at either end: what `ip6_rcv_core` may refuse. */
export function isRefused6(registers: Registers): boolean {
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
