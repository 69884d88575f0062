import { DRAWS, RANDOM } from "./operations.js";
import type { Machine } from "./machine.js";
import type { Standing } from "./standing.js";

/*
 * Operations that draw: rules tried one after the other, each of which matches in some of 2^31 draws.
 */

/** Operands of a rule in `DRAWS`: its ways, the chain it calls, the first rule there. */
const ITEM = 3;

/** The first of its rules that the packet has not tried yet: it may come back from one of them. */
export function firstItem({ code }: Machine, { pc, from }: Standing): number {
  return code[pc] === DRAWS ? Math.max(0, from - (code[pc + 1] ?? 0)) : 0;
}

export function itemCount({ code }: Machine, { pc }: Standing): number {
  return code[pc] === DRAWS ? (code[pc + 2] ?? 0) : 1;
}

/** In how many of 2^31 draws rule `item` matches; 0: it does not draw, and always matches. */
export function waysOf({ code }: Machine, { pc }: Standing, item: number): number {
  return code[pc] === RANDOM ? (code[pc + 1] ?? 0) : (code[pc + 3 + item * ITEM] ?? 0);
}

/** Rule `item` matches. False where that is too deep. */
export function takeItem({ code }: Machine, standing: Standing, item: number): boolean {
  const { pc } = standing;
  if (code[pc] === RANDOM) {
    standing.pc = pc + 3;
    return true;
  }
  standing.note((code[pc + 1] ?? 0) + item);
  const place = pc + 3 + item * ITEM;
  return standing.call(code[place + 1] ?? 0, code[place + 2] ?? 0, pc);
}

/** Rule `item` does not match; what comes behind it is tried next. */
export function failItem(machine: Machine, standing: Standing, item: number): void {
  if (item + 1 === itemCount(machine, standing)) return takeNone(machine, standing);
  const rule = (machine.code[standing.pc + 1] ?? 0) + item + 1;
  standing.tried += rule - standing.from;
  standing.from = rule;
}

/** None of its rules matches. */
export function takeNone({ code }: Machine, standing: Standing): void {
  const { pc } = standing;
  standing.pc = code[pc] === RANDOM ? (code[pc + 2] ?? 0) : pc + 3 + (code[pc + 2] ?? 0) * ITEM;
}
