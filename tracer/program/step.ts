import { firstFrom, NO_RULE } from "./dispatch.js";
import { ASKED, NOT_ASKED } from "./decisions.js";
import { SOURCE, SOURCE_PORT } from "./fields.js";
import { SAYS_NO, SAYS_YES, type Machine } from "./machine.js";
import { ASK, CHECK_TAKEN, MASQUERADE, NOT_PREFIX, PLACE, TO_SOURCE } from "./operations.js";
import {
  DECISION,
  ICMP_TYPE,
  PORT_OPEN,
  SOURCE_CLASS,
  SOURCE_KEY,
  type Registers,
} from "./registers.js";

/**
 * Does one operation of those that few packets come to, which `execute` leaves out. False: only the
 * reference walk can go on.
 */
export function step(machine: Machine): boolean {
  const { code, registers, pc } = machine;
  if (code[pc] === PLACE) {
    machine.pc = machine.place(pc);
    return true;
  }
  machine.noting = -1;
  switch (code[pc] ?? 0) {
    case NOT_PREFIX:
      machine.pc = inPrefix(code, pc, registers) ? (code[pc + 10] ?? 0) : pc + 11;
      return true;
    case ASK: {
      const said = machine.ask(code[pc + 1] ?? 0, code[pc + 2] ?? 0);
      machine.pc = said === SAYS_NO ? (code[pc + 3] ?? 0) : pc + 4;
      return said === SAYS_NO || said === SAYS_YES;
    }
    case TO_SOURCE:
      noteMatch(machine);
      setSource(machine, code, pc + 2);
      machine.pc = machine.afterTable;
      return true;
    case MASQUERADE:
      return masquerade(machine);
    case CHECK_TAKEN:
      machine.pc = pc + 1;
      return !machine.known.hasAnswer(registers);
    default:
      return false;
  }
}

/** Asks the index in full, lists of any length included. */
export function lookUp(machine: Machine): void {
  const { code, pc } = machine;
  const found = firstFrom(machine.dispatch, machine.registers, code[pc + 1] ?? 0, pc);
  machine.pc = found === NO_RULE ? (code[pc + 2] ?? 0) : found;
}

function inPrefix(code: Int32Array, pc: number, registers: Registers): boolean {
  const field = code[pc + 1] ?? 0;
  for (let word = 0; word < 4; word++) {
    const mask = code[pc + 2 + word] ?? 0;
    if (((registers[field + word] ?? 0) & mask) !== code[pc + 6 + word]) return false;
  }
  return true;
}

/** The rule that the machine stands at matched; there is room for it. */
function noteMatch(machine: Machine): void {
  const rule = machine.code[machine.pc + 1] ?? 0;
  machine.matched[machine.matchedCount++] = rule;
  machine.tried += rule + 1 - machine.from;
  machine.from = rule + 1;
}

function setSource({ registers, words }: Machine, parts: Int32Array, from: number): void {
  for (let word = 0; word < words; word++) registers[SOURCE + word] = parts[from + word] ?? 0;
  registers[SOURCE_CLASS] = -1;
}

function masquerade(machine: Machine): boolean {
  const { code, pc, registers, decisions } = machine;
  const decision = registers[DECISION] ?? 0;
  if (decisions.masquerades[decision] === NOT_ASKED) decisions.learnMasquerade(decision);
  if (decisions.masquerades[decision] !== ASKED) return false;
  noteMatch(machine);
  setSource(machine, decisions.masqueradeParts, decision * 4);
  machine.pc = machine.afterTable;
  return code[pc + 2] !== 1 || drawPort(machine);
}

/** From the pools that `poolOf` of the reference gives. */
function drawPort(machine: Machine): boolean {
  const { registers, dice } = machine;
  if ((registers[ICMP_TYPE] ?? 0) >= 0) return false;
  const port = registers[SOURCE_PORT] ?? 0;
  if (port < 0) return true;
  const least = port < 512 ? 1 : port < 1024 ? 600 : 1024;
  const most = port < 512 ? 511 : port < 1024 ? 1023 : 65535;
  const picked = dice.pick(most - least + 1);
  if (picked === undefined) {
    registers[PORT_OPEN] = 1;
    registers[SOURCE_KEY] = 0;
    return true;
  }
  machine.firstDraw = dice.keep(machine.firstDraw, picked);
  registers[SOURCE_PORT] = least + picked;
  registers[SOURCE_KEY] = least + picked;
  return true;
}
