import { everyWay } from "../choose/fork.js";
import type { DrawsAhead } from "../choose/types.js";
import { oddsOf } from "../odds/share.js";
import type { Fraction } from "../odds/fraction.js";
import { MAX_BRANCHES } from "../walk/limits.js";
import { rewind, supply } from "./advance.js";
import type { PacketBatch } from "./batch.js";
import { DONE, execute, LEFT, NEEDS_DRAWS } from "./execute.js";
import { interfacesOf } from "./load.js";
import { SAYS_NEITHER, type Machine } from "./machine.js";
import { DRAWS, EVEN_DRAWS, RANDOM } from "./operations.js";
import type { Lowered } from "./program.js";
import { PORT_OPEN } from "./registers.js";
import { makeResult, type BatchResult } from "./result.js";

/** A place where the dice decided, with all that the other way goes on from. */
interface Fork {
  readonly registers: Int32Array;
  readonly stack: Int32Array;
  readonly pc: number;
  readonly from: number;
  readonly afterTable: number;
  readonly dropsByPolicy: boolean;
  readonly tried: number;
  readonly matchedCount: number;
  readonly numerator: bigint;
  readonly bits: number;
}

/** Told of every way that ends: what became of the packet stands in `out`. */
export type OnEnd = (out: BatchResult, odds: Fraction) => void;

const YES = 0;
const NO = 0x7fffffff;
const DRAW_BITS = 31;

/**
 * Runs the one packet of the batch every way that the dice may fall, in the order of the rules. False
 * when something on its way is for the reference walk: what was told by then is not all of it.
 */
export function runEveryWay(lowered: Lowered, packets: PacketBatch, onEnd: OnEnd): boolean {
  const { machine } = lowered;
  const out = makeResult(packets);
  const ahead = oneDraw();
  machine.dice = { ...everyWay, ahead, keep: (from) => from };
  machine.ask = () => SAYS_NEITHER;
  machine.cameBy = interfacesOf(lowered.interfaces, packets);
  machine.matched = out.matched;
  machine.registers[PORT_OPEN] = 0;
  rewind(machine);
  const open: Fork[] = [];
  let numerator = 1n;
  let bits = 0;
  let left = MAX_BRANCHES;
  for (;;) {
    const need = execute(machine, packets, out);
    if (need === NEEDS_DRAWS) {
      if (left-- === 0) return false;
      const ways = waysHere(machine);
      open.push({
        ...forkOf(machine),
        numerator: numerator * BigInt(2 ** DRAW_BITS - ways),
        bits: bits + DRAW_BITS,
      });
      numerator *= BigInt(ways);
      bits += DRAW_BITS;
      give(ahead, YES);
    } else if (need === DONE) {
      out.matched = machine.matched;
      onEnd(out, oddsOf({ numerator, bits, divisor: 1n }));
      const fork = open.pop();
      if (fork === undefined) return true;
      ({ numerator, bits } = fork);
      resume(machine, fork);
      give(ahead, NO);
    } else if (need === LEFT || !supply(lowered, need)) {
      return false;
    }
  }
}

function oneDraw(): DrawsAhead {
  return { draws: new Int32Array(1), next: 0, end: 0, more: () => undefined };
}

function give(ahead: DrawsAhead, draw: number): void {
  ahead.draws[0] = draw;
  ahead.next = 0;
  ahead.end = 1;
}

/** In how many of 2^31 draws the rule that the machine stands at goes on to match. */
function waysHere({ code, ways, pc, from }: Machine): number {
  const item = Math.max(0, from - (code[pc + 1] ?? 0));
  switch (code[pc]) {
    case RANDOM:
      return code[pc + 1] ?? 0;
    case DRAWS:
      return code[pc + 3 + item * 3] ?? 0;
    case EVEN_DRAWS:
      return ways[(code[pc + 3] ?? 0) + item] ?? 0;
    default:
      throw new Error(`operation ${code[pc]} does not draw`);
  }
}

function forkOf(machine: Machine): Omit<Fork, "numerator" | "bits"> {
  const { registers, stack, depth, pc, from, afterTable, dropsByPolicy } = machine;
  const { tried, matchedCount } = machine;
  return {
    registers: registers.slice(),
    stack: stack.slice(0, depth),
    pc,
    from,
    afterTable,
    dropsByPolicy,
    tried,
    matchedCount,
  };
}

function resume(machine: Machine, fork: Fork): void {
  rewind(machine);
  machine.registers.set(fork.registers);
  machine.stack.set(fork.stack);
  machine.depth = fork.stack.length;
  machine.pc = fork.pc;
  machine.from = fork.from;
  machine.afterTable = fork.afterTable;
  machine.dropsByPolicy = fork.dropsByPolicy;
  machine.tried = fork.tried;
  machine.matchedCount = fork.matchedCount;
  machine.noting = -1;
}
