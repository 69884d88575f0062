import { classAt } from "./address-classes.js";
import { ENDS, TO_WIRE } from "./decisions.js";
import { DESTINATION, MARK, SOURCE } from "./fields.js";
import type { Machine } from "./machine.js";
import { LEFT } from "./needs.js";
import { CAME_BY, DECISION, DESTINATION_CLASS, LEAVES_BY, SOURCE_CLASS } from "./registers.js";
import type { Standing } from "./standing.js";

/** Class of the source's or the destination's address. */
export function classOf(machine: Machine, { registers }: Standing, field: number): number {
  const at = field === SOURCE ? SOURCE_CLASS : DESTINATION_CLASS;
  const known = registers[at] ?? 0;
  if (known >= 0) return known;
  return (registers[at] = classAt(machine.classes, registers, field));
}

/** Chooses the way; tells what kind it is of, as `Decisions` has it. */
export function route(machine: Machine, standing: Standing): number {
  const { decisions } = machine;
  const { registers } = standing;
  const source = classOf(machine, standing, SOURCE);
  const destination = classOf(machine, standing, DESTINATION);
  const cameBy = registers[CAME_BY] ?? 0;
  const mark = registers[MARK] ?? 0;
  const decision = decisions.decide(cameBy, mark, source, destination);
  registers[DECISION] = decision;
  const kind = decisions.kinds[decision] ?? 0;
  const device = decisions.leavesBy[decision] ?? 0;
  if (kind === TO_WIRE || (kind >= ENDS && device !== 0)) registers[LEAVES_BY] = device;
  return kind;
}

/** For packets that the node sends itself; false where they do not go on. */
export function routeOwn(machine: Machine, standing: Standing): boolean {
  if (route(machine, standing) !== TO_WIRE) return false;
  standing.pc++;
  return true;
}

/** The verdict of a packet that does not go on, `LEFT` where only the reference knows it. */
export function endOfRoute({ decisions }: Machine, { registers }: Standing): number {
  const kind = decisions.kinds[registers[DECISION] ?? 0] ?? 0;
  return kind >= ENDS ? kind - ENDS : LEFT;
}
