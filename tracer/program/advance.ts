import { firstFrom, NO_RULE } from "./dispatch.js";
import {
  execute,
  LEFT,
  NEEDS_ANSWER,
  NEEDS_CHECK,
  NEEDS_LOOKUP,
  NEEDS_MASQUERADE,
  NEEDS_ROOM,
  NEEDS_ROUTE,
} from "./execute.js";
import { MARK } from "./fields.js";
import { SAYS_NO, SAYS_YES, type Machine } from "./machine.js";
import { DRAWS, EVEN_DRAWS } from "./operations.js";
import { note } from "./recollection.js";
import { CAME_BY, DECISION, DESTINATION_CLASS, SOURCE_CLASS } from "./registers.js";

/** Runs the packet in the registers from `start` to its end: the number of its verdict, or `LEFT`. */
export function advance(machine: Machine, start: number): number {
  machine.pc = start;
  machine.from = 0;
  machine.depth = 0;
  machine.tried = 0;
  machine.drawn = 0;
  machine.noting = -1;
  for (;;) {
    const answer = execute(machine);
    if (answer >= 0 && machine.noting >= 0) noteWay(machine, answer);
    if (answer >= LEFT) return answer;
    if (!supply(machine, answer)) return LEFT;
  }
}

/** Does what the machine needs, so that it can go on; false: only the reference can. */
function supply(machine: Machine, need: number): boolean {
  const { code, registers, decisions, pc } = machine;
  switch (need) {
    case NEEDS_ROUTE:
      decisions.learn(
        registers[CAME_BY] ?? 0,
        registers[SOURCE_CLASS] ?? 0,
        registers[DESTINATION_CLASS] ?? 0,
        registers[MARK] ?? 0,
      );
      return true;
    case NEEDS_MASQUERADE:
      decisions.learnMasquerade(registers[DECISION] ?? 0);
      return true;
    case NEEDS_ANSWER: {
      const said = machine.ask(code[pc + 1] ?? 0, code[pc + 2] ?? 0);
      machine.pc = said === SAYS_NO ? (code[pc + 3] ?? 0) : pc + 4;
      return said === SAYS_NO || said === SAYS_YES;
    }
    case NEEDS_LOOKUP: {
      const found = firstFrom(machine.dispatch, registers, code[pc + 1] ?? 0, pc);
      machine.pc = found === NO_RULE ? (code[pc + 2] ?? 0) : found;
      return true;
    }
    case NEEDS_CHECK:
      machine.pc = pc + 1;
      return !machine.known.hasAnswer(registers);
    case NEEDS_ROOM:
      makeRoom(machine);
      return true;
    default:
      return false;
  }
}

/** For what the next operation may draw or match, and twice as much as there was. */
function makeRoom(machine: Machine): void {
  const { code, pc, draws, matched, recollection } = machine;
  const wanted = code[pc] === DRAWS || code[pc] === EVEN_DRAWS ? (code[pc + 2] ?? 0) : 0;
  const grownDraws = new Int32Array(draws.length * 2 + wanted);
  grownDraws.set(draws);
  machine.draws = grownDraws;
  const grown = new Uint32Array(matched.length * 2 + recollection.rulesCount + 1024);
  grown.set(matched);
  machine.matched = grown;
}

/** Devices with numbers above this are not told apart in a recollection. */
const MOST_DEVICES = 1 << 15;

function noteWay(machine: Machine, verdict: number): void {
  const { registers, recollection, matched, matchedBefore, matchedCount, interfaceCount } = machine;
  if (interfaceCount >= MOST_DEVICES) return;
  const key = [machine.notedAt, machine.notedMark, machine.notedDevices, machine.notedKind];
  note(recollection, machine.noting, key, {
    verdict,
    tried: machine.tried - machine.triedBefore,
    mark: registers[MARK] ?? 0,
    rules: matched.subarray(matchedBefore, matchedCount),
  });
}
