import { SOURCE_PORT } from "./fields.js";
import { PORT_OPEN, SOURCE_KEY, type Registers } from "./registers.js";

/** The pools that NAT draws a source port from, by the port that was (`poolOf` of the reference). */
export function leastPort(before: number): number {
  return before < 512 ? 1 : before < 1024 ? 600 : 1024;
}

export function mostPort(before: number): number {
  return before < 512 ? 511 : before < 1024 ? 1023 : 65535;
}

/** Gives a packet the port that `pick` draws of so many; `undefined`: any of them. */
export function pickPort(registers: Registers, pick: (count: number) => number | undefined): void {
  const before = registers[SOURCE_PORT] ?? 0;
  const least = leastPort(before);
  const picked = pick(mostPort(before) - least + 1);
  if (picked === undefined) {
    registers[PORT_OPEN] = 1;
    registers[SOURCE_KEY] = 0;
    return;
  }
  registers[SOURCE_PORT] = least + picked;
  registers[SOURCE_KEY] = least + picked;
}
