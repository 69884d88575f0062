import { DESTINATION, SOURCE } from "./fields.js";
import type { PacketBatch } from "./batch.js";
import type { Interfaces } from "./interfaces.js";
import type { Registers } from "./registers.js";

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

/** Numbers of the batch's interfaces; -1 for those that are neither on the host nor in a rule. */
export function interfacesOf(interfaces: Interfaces, batch: PacketBatch): Int32Array {
  return Int32Array.from(batch.interfaces, (name) => interfaces.numberOf(name));
}
