import { VERDICTS } from "../walk/result.js";
import { ASKED, ENDS, NOT_ASKED, TO_NODE, TO_WIRE } from "./decisions.js";
import { firstFrom, NO_RULE } from "./dispatch.js";
import * as fields from "./fields.js";
import { SAYS_NEITHER, SAYS_NO, type Machine } from "./machine.js";
import * as operations from "./operations.js";
import { poolOf } from "../walk/unique-tuple.js";
import * as registerNames from "./registers.js";
import type { Registers } from "./registers.js";

/*
 * Bound to names of this module, the numbers are constants to the compiler of V8, which makes a jump
 * table of the switch below; read off the imports they are not, and a packet takes twice as long.
 */
const { DESTINATION, DESTINATION_PORT, IN, MARK, OUT, PROTOCOL, SOURCE, SOURCE_PORT } = fields;
const { END, MASKED, NOT_MASKED, RANGE, NOT_RANGE, FLOW, ROW, CLASS } = operations;
const { IS_TRANSLATED, NOT_PREFIX, RANDOM, ASK, FAIL, CALL, GOTO, ACCEPT } = operations;
const { DROP, RETURN, REJECT, COUNT, SET_MARK, TO_DESTINATION, TO_SOURCE } = operations;
const { MASQUERADE, DISPATCH, TABLE, ROUTE_IN, ROUTE_OUT, NOTE_MARK } = operations;
const { ROUTE_IF_MARKED, ROUTE_IF_TRANSLATED, SEE_OUT, CHECK_TAKEN, FINISH } = operations;
const { LEAVE_BY_WIRE } = operations;
const { CAME_BY, DECISION, DESTINATION_CLASS, DESTINATION_KEY, ENTRY_MARK } = registerNames;
const { HOOK, ICMP_TYPE, LEAVES_BY, PORT_OPEN, SEEN_OUT, SOURCE_CLASS } = registerNames;
const { MOVED, SOURCE_KEY, TRANSLATED, TTL } = registerNames;

/** The packet came to something that only the reference walk does. */
export const LEFT = -1;

const DROPPED = VERDICTS.indexOf("dropped");
const REJECTED = VERDICTS.indexOf("rejected");

/**
 * Runs the packet in the machine's registers from `start` to its end. The answer is the number of
 * its verdict, or `LEFT`; the rules that matched stand in `machine.matched` from where its count was.
 */
export function execute(machine: Machine, start: number): number {
  const { code, registers, stack, rows, dispatch } = machine;
  let { matched, matchedCount } = machine;
  let verdict = LEFT;
  let tried = 0;
  /** Number of the first rule that was not counted yet. */
  let from = 0;
  let depth = 0;
  let afterTable = 0;
  let dropsByPolicy = false;
  let pc = start;
  running: for (;;) {
    switch (code[pc] ?? 0) {
      case END: {
        tried += (code[pc + 1] ?? 0) - from;
        if (depth > 0) {
          depth -= 2;
          pc = stack[depth] ?? 0;
          from = stack[depth + 1] ?? 0;
        } else if (dropsByPolicy) {
          verdict = DROPPED;
          break running;
        } else {
          pc = afterTable;
        }
        break;
      }
      case MASKED:
        pc =
          ((registers[code[pc + 1] ?? 0] ?? 0) & (code[pc + 2] ?? 0)) === (code[pc + 3] ?? 0)
            ? pc + 5
            : (code[pc + 4] ?? 0);
        break;
      case NOT_MASKED:
        pc =
          ((registers[code[pc + 1] ?? 0] ?? 0) & (code[pc + 2] ?? 0)) !== (code[pc + 3] ?? 0)
            ? pc + 5
            : (code[pc + 4] ?? 0);
        break;
      case RANGE: {
        const value = registers[code[pc + 1] ?? 0] ?? 0;
        pc =
          value >= (code[pc + 2] ?? 0) && value <= (code[pc + 3] ?? 0)
            ? pc + 5
            : (code[pc + 4] ?? 0);
        break;
      }
      case NOT_RANGE: {
        const value = registers[code[pc + 1] ?? 0] ?? 0;
        pc =
          value < (code[pc + 2] ?? 0) || value > (code[pc + 3] ?? 0) ? pc + 5 : (code[pc + 4] ?? 0);
        break;
      }
      case FLOW:
        pc =
          registers[DESTINATION] === code[pc + 2] &&
          registers[DESTINATION_PORT] === code[pc + 3] &&
          registers[PROTOCOL] === code[pc + 1]
            ? pc + 5
            : (code[pc + 4] ?? 0);
        break;
      case ROW:
        pc =
          rows[(code[pc + 2] ?? 0) + (registers[code[pc + 1] ?? 0] ?? 0)] !== 0
            ? pc + 4
            : (code[pc + 3] ?? 0);
        break;
      case CLASS: {
        const number = code[pc + 1] === SOURCE ? sourceClass(machine) : destinationClass(machine);
        pc = rows[(code[pc + 2] ?? 0) + number] !== 0 ? pc + 4 : (code[pc + 3] ?? 0);
        break;
      }
      case IS_TRANSLATED:
        pc = registers[TRANSLATED] === code[pc + 1] ? pc + 3 : (code[pc + 2] ?? 0);
        break;
      case NOT_PREFIX:
        pc = inPrefix(code, pc, registers) ? (code[pc + 10] ?? 0) : pc + 11;
        break;
      case RANDOM: {
        const drawn = machine.chooser.draw();
        if (drawn === undefined) break running;
        if (machine.drawn === machine.draws.length) machine.draws = doubled(machine.draws);
        machine.draws[machine.drawn++] = drawn;
        pc = drawn < (code[pc + 1] ?? 0) ? pc + 3 : (code[pc + 2] ?? 0);
        break;
      }
      case ASK: {
        const said = machine.ask(code[pc + 1] ?? 0, code[pc + 2] ?? 0);
        if (said === SAYS_NEITHER) break running;
        pc = said === SAYS_NO ? (code[pc + 3] ?? 0) : pc + 4;
        break;
      }
      case FAIL:
        pc = code[pc + 1] ?? 0;
        break;
      case CALL:
      case GOTO:
      case ACCEPT:
      case DROP:
      case RETURN:
      case REJECT:
      case COUNT:
      case SET_MARK:
      case TO_DESTINATION:
      case TO_SOURCE:
      case MASQUERADE: {
        const rule = code[pc + 1] ?? 0;
        if (matchedCount === matched.length) matched = doubledUnsigned(matched);
        matched[matchedCount++] = rule;
        tried += rule + 1 - from;
        from = rule + 1;
        switch (code[pc] ?? 0) {
          case CALL:
            if (depth === stack.length) break running;
            stack[depth] = pc + 4;
            stack[depth + 1] = from;
            depth += 2;
            from = code[pc + 3] ?? 0;
            pc = code[pc + 2] ?? 0;
            break;
          case GOTO:
            from = code[pc + 3] ?? 0;
            pc = code[pc + 2] ?? 0;
            break;
          case ACCEPT:
            pc = afterTable;
            break;
          case DROP:
            verdict = DROPPED;
            break running;
          case REJECT:
            verdict = REJECTED;
            break running;
          case RETURN:
            if (depth > 0) {
              depth -= 2;
              pc = stack[depth] ?? 0;
              from = stack[depth + 1] ?? 0;
            } else if (dropsByPolicy) {
              verdict = DROPPED;
              break running;
            } else {
              pc = afterTable;
            }
            break;
          case COUNT:
            pc += 2;
            break;
          case SET_MARK:
            registers[MARK] = ((registers[MARK] ?? 0) & ~(code[pc + 2] ?? 0)) ^ (code[pc + 3] ?? 0);
            pc += 4;
            break;
          case TO_DESTINATION:
            if (!translateDestination(code, pc, machine)) break running;
            pc = afterTable;
            break;
          case TO_SOURCE:
            setSource(registers, code, pc + 2, machine.words);
            if (machine.known.hasAnswer(registers)) break running;
            pc = afterTable;
            break;
          default:
            if (!masquerade(machine, code[pc + 2] === 1)) break running;
            pc = afterTable;
        }
        break;
      }
      case DISPATCH: {
        const found = firstFrom(dispatch, registers, code[pc + 1] ?? 0, pc);
        pc = found === NO_RULE ? (code[pc + 2] ?? 0) : found;
        break;
      }
      case TABLE:
        registers[HOOK] = code[pc + 1] ?? 0;
        registers[IN] = code[pc + 2] === 1 ? 0 : (registers[CAME_BY] ?? 0);
        registers[OUT] = code[pc + 3] === 1 ? 0 : (registers[SEEN_OUT] ?? 0);
        from = code[pc + 5] ?? 0;
        dropsByPolicy = code[pc + 6] === 1;
        afterTable = pc + 7;
        depth = 0;
        pc = code[pc + 4] ?? 0;
        break;
      case ROUTE_IN: {
        const kind = route(machine);
        if (kind === TO_NODE) {
          pc = code[pc + 1] ?? 0;
        } else if (kind === TO_WIRE && (registers[TTL] ?? 0) > 1) {
          registers[TTL] = (registers[TTL] ?? 0) - 1;
          pc = code[pc + 2] ?? 0;
        } else {
          if (kind >= ENDS) verdict = kind - ENDS;
          break running;
        }
        break;
      }
      case ROUTE_OUT:
        if (route(machine) !== TO_WIRE) {
          verdict = endOf(machine);
          break running;
        }
        pc++;
        break;
      case NOTE_MARK:
        registers[ENTRY_MARK] = registers[MARK] ?? 0;
        pc++;
        break;
      case ROUTE_IF_MARKED:
        if (registers[ENTRY_MARK] !== registers[MARK] && route(machine) !== TO_WIRE) {
          verdict = endOf(machine);
          break running;
        }
        pc++;
        break;
      case ROUTE_IF_TRANSLATED:
        if (registers[MOVED] === 1 && route(machine) !== TO_WIRE) {
          verdict = endOf(machine);
          break running;
        }
        pc++;
        break;
      case SEE_OUT:
        registers[SEEN_OUT] = registers[LEAVES_BY] ?? 0;
        pc++;
        break;
      case CHECK_TAKEN:
        if (machine.known.hasAnswer(registers)) break running;
        pc++;
        break;
      case FINISH:
        verdict = code[pc + 1] ?? 0;
        break running;
      case LEAVE_BY_WIRE:
        if (registers[LEAVES_BY] !== machine.loopback) verdict = code[pc + 1] ?? 0;
        break running;
      default:
        break running;
    }
  }
  machine.matched = matched;
  machine.matchedCount = matchedCount;
  machine.tried = tried;
  return verdict;
}

function sourceClass({ registers, classes }: Machine): number {
  const known = registers[SOURCE_CLASS] ?? -1;
  if (known >= 0) return known;
  const found = classes.at(registers, SOURCE);
  registers[SOURCE_CLASS] = found;
  return found;
}

function destinationClass({ registers, classes }: Machine): number {
  const known = registers[DESTINATION_CLASS] ?? -1;
  if (known >= 0) return known;
  const found = classes.at(registers, DESTINATION);
  registers[DESTINATION_CLASS] = found;
  return found;
}

/** Asks for the way of the packet as it is now; what was decided is in the registers. */
function route(machine: Machine): number {
  const { registers, decisions } = machine;
  const decision = decisions.decide(
    registers[CAME_BY] ?? 0,
    sourceClass(machine),
    destinationClass(machine),
    registers[MARK] ?? 0,
  );
  registers[DECISION] = decision;
  const kind = decisions.kinds[decision] ?? 0;
  if (kind === TO_WIRE) registers[LEAVES_BY] = decisions.leavesBy[decision] ?? 0;
  return kind;
}

/** The verdict of a decision that ends the packet. */
function endOf({ registers, decisions }: Machine): number {
  const kind = decisions.kinds[registers[DECISION] ?? 0] ?? 0;
  return kind >= ENDS ? kind - ENDS : LEFT;
}

function inPrefix(code: Int32Array, pc: number, registers: Registers): boolean {
  const field = code[pc + 1] ?? 0;
  for (let word = 0; word < 4; word++) {
    const mask = code[pc + 2 + word] ?? 0;
    if (((registers[field + word] ?? 0) & mask) !== code[pc + 6 + word]) return false;
  }
  return true;
}

/** False where the reference has to do it: ports of ICMP, or an answer that is another's already. */
function translateDestination(code: Int32Array, pc: number, machine: Machine): boolean {
  const { registers, words, known } = machine;
  const number = code[pc + 2] ?? -1;
  if (number >= 0) {
    for (let word = 0; word < words; word++) {
      const part = code[pc + 3 + word] ?? 0;
      if (registers[DESTINATION + word] !== part) {
        registers[DESTINATION + word] = part;
        registers[MOVED] = 1;
        registers[TRANSLATED] = 1;
      }
    }
    registers[DESTINATION_CLASS] = number;
  }
  const port = code[pc + 7] ?? -1;
  if (port >= 0) {
    const before = registers[DESTINATION_PORT] ?? -1;
    if (before < 0 && (registers[ICMP_TYPE] ?? -1) >= 0) return false;
    if (before >= 0 && before !== port) {
      registers[DESTINATION_PORT] = port;
      registers[DESTINATION_KEY] = port;
      registers[TRANSLATED] = 1;
    }
  }
  return !known.hasAnswer(registers);
}

function setSource(registers: Registers, from: Int32Array, at: number, words: 1 | 4): void {
  for (let word = 0; word < words; word++) registers[SOURCE + word] = from[at + word] ?? 0;
  registers[SOURCE_CLASS] = -1;
}

/** To the address that the interface has towards the next hop; a random port is drawn from its pool. */
function masquerade(machine: Machine, random: boolean): boolean {
  const { registers, decisions, known, words } = machine;
  const decision = registers[DECISION] ?? 0;
  if (decisions.masquerades[decision] === NOT_ASKED) decisions.learnMasquerade(decision);
  if (decisions.masquerades[decision] !== ASKED) return false;
  setSource(registers, decisions.masqueradeParts, decision * 4, words);
  if (random && !drawPort(machine)) return false;
  return !known.hasAnswer(registers);
}

/** Ids of ICMP are left to the reference. */
function drawPort(machine: Machine): boolean {
  const { registers, chooser } = machine;
  if ((registers[ICMP_TYPE] ?? -1) >= 0) return false;
  const port = registers[SOURCE_PORT] ?? -1;
  if (port < 0) return true;
  const { min, max } = poolOf(port);
  const picked = chooser.pick(max - min + 1);
  if (picked === undefined) {
    registers[PORT_OPEN] = 1;
    return true;
  }
  if (machine.drawn === machine.draws.length) machine.draws = doubled(machine.draws);
  machine.draws[machine.drawn++] = picked;
  registers[SOURCE_PORT] = min + picked;
  registers[SOURCE_KEY] = min + picked;
  return true;
}

function doubled(numbers: Int32Array): Int32Array {
  const grown = new Int32Array(numbers.length * 2);
  grown.set(numbers);
  return grown;
}

function doubledUnsigned(numbers: Uint32Array): Uint32Array {
  const grown = new Uint32Array(numbers.length * 2);
  grown.set(numbers);
  return grown;
}
