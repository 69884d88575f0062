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
import { PORT_OPEN, REGISTERS } from "./registers.js";
import { makeResult, type BatchResult } from "./result.js";

/** A place where the dice decided, with all that the other way goes on from. */
interface Fork {
  readonly registers: Int32Array;
  stack: Int32Array;
  depth: number;
  pc: number;
  from: number;
  afterTable: number;
  dropsByPolicy: boolean;
  tried: number;
  matchedCount: number;
  chance: Chance;
}

/** `numerator / 2^bits`; the numerator is odd, so that this is in lowest terms. */
interface Chance {
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
  machine.cameBy = interfacesOf(lowered, packets);
  machine.matched = out.matched;
  machine.registers[PORT_OPEN] = 0;
  rewind(machine);
  const forks: Fork[] = [];
  let open = 0;
  let chance: Chance = { numerator: 1n, bits: 0 };
  let left = MAX_BRANCHES;
  for (;;) {
    const need = execute(machine, packets, out);
    if (need === NEEDS_DRAWS) {
      if (left-- === 0) return false;
      const ways = waysHere(machine);
      const fork = (forks[open++] ??= makeFork());
      save(machine, fork);
      fork.chance = times(chance, 2 ** DRAW_BITS - ways);
      chance = times(chance, ways);
      give(ahead, YES);
    } else if (need === DONE) {
      out.matched = machine.matched;
      onEnd(out, oddsOf({ ...chance, divisor: 1n }));
      const fork = open === 0 ? undefined : forks[--open];
      if (fork === undefined) return true;
      chance = fork.chance;
      resume(machine, fork);
      give(ahead, NO);
    } else if (need === LEFT || !supply(lowered, need)) {
      return false;
    }
  }
}

/** `ways` of 2^31, which is neither 0 nor all of them. */
function times({ numerator, bits }: Chance, ways: number): Chance {
  let odd = ways;
  let shift = DRAW_BITS;
  while (odd % 2 === 0) {
    odd /= 2;
    shift--;
  }
  return { numerator: numerator * BigInt(odd), bits: bits + shift };
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

function makeFork(): Fork {
  return {
    registers: new Int32Array(REGISTERS),
    stack: new Int32Array(16),
    depth: 0,
    pc: 0,
    from: 0,
    afterTable: 0,
    dropsByPolicy: false,
    tried: 0,
    matchedCount: 0,
    chance: { numerator: 1n, bits: 0 },
  };
}

function save(machine: Machine, fork: Fork): void {
  const { registers, stack, depth } = machine;
  fork.registers.set(registers);
  if (depth > fork.stack.length) fork.stack = new Int32Array(depth * 2);
  for (let at = 0; at < depth; at++) fork.stack[at] = stack[at] ?? 0;
  fork.depth = depth;
  fork.pc = machine.pc;
  fork.from = machine.from;
  fork.afterTable = machine.afterTable;
  fork.dropsByPolicy = machine.dropsByPolicy;
  fork.tried = machine.tried;
  fork.matchedCount = machine.matchedCount;
}

function resume(machine: Machine, fork: Fork): void {
  rewind(machine);
  machine.registers.set(fork.registers);
  for (let at = 0; at < fork.depth; at++) machine.stack[at] = fork.stack[at] ?? 0;
  machine.depth = fork.depth;
  machine.pc = fork.pc;
  machine.from = fork.from;
  machine.afterTable = fork.afterTable;
  machine.dropsByPolicy = fork.dropsByPolicy;
  machine.tried = fork.tried;
  machine.matchedCount = fork.matchedCount;
  machine.noting = -1;
}
