import { VERDICTS } from "../walk/result.js";
import { classOf, endOfRoute, route, routeOwn } from "./choose-way.js";
import { TO_NODE, TO_WIRE } from "./decisions.js";
import { firstFrom, firstPossible, NO_RULE, TOO_MANY } from "./dispatch.js";
import { portIsIn } from "./facts.js";
import * as fields from "./fields.js";
import type { Machine } from "./machine.js";
import * as needs from "./needs.js";
import * as operations from "./operations.js";
import * as registerNames from "./registers.js";
import { masquerade, translate } from "./rewrite.js";
import type { Standing } from "./standing.js";

/*
 * Bound to names of this module, the numbers of operations and registers are constants to V8's
 * compiler, which makes a jump table of the switch; read off the imports they are not.
 */
const { DESTINATION, IN, MARK, OUT, SOURCE, SOURCE_PORT } = fields;
const { END, MASKED, NOT_MASKED, RANGE, NOT_RANGE, ROW, CLASS, IS_TRANSLATED } = operations;
const { NOT_PREFIX, RANDOM, ASK, FAIL, PLACE, CALL, GOTO, ACCEPT, DROP, RETURN } = operations;
const { REJECT, COUNT, SET_MARK, TO_DESTINATION, TO_SOURCE, MASQUERADE, PASS } = operations;
const { DRAWS, DISPATCH, TABLE, ROUTE_IN, ROUTE_OUT, NOTE_MARK, ROUTE_IF_MARKED } = operations;
const { ROUTE_IF_TRANSLATED, CHECK_TAKEN, FINISH, LEAVE_BY_WIRE } = operations;
const { CAME_BY, ENTRY_MARK, ICMP_TYPE, LEAVES_BY, MOVED, SEEN_OUT, TRANSLATED, TTL } =
  registerNames;
const { ASKS_MATCH, ASKS_PORT, ASKS_SOURCE, DRAWS_HERE, LEFT, PICKS_PORT } = needs;

const DROPPED = VERDICTS.indexOf("dropped");
const REJECTED = VERDICTS.indexOf("rejected");

/**
 * Runs a packet on, to its verdict (a number of `VERDICTS`) or to what is not decided here, which a
 * number below 0 tells.
 */
export function operate(machine: Machine, standing: Standing): number {
  const { registers } = standing;
  let { code } = machine;
  for (;;) {
    const { pc } = standing;
    switch (code[pc] ?? 0) {
      case END:
        standing.tried += (code[pc + 1] ?? 0) - standing.from;
        if (standing.comeBack()) break;
        if (standing.dropsByPolicy) return DROPPED;
        standing.pc = standing.afterTable;
        break;
      case MASKED: {
        const holds = standing.masked(code[pc + 1] ?? 0, code[pc + 2] ?? 0, code[pc + 3] ?? 0);
        if (holds < 0) return ASKS_SOURCE;
        standing.pc = holds === 1 ? pc + 5 : (code[pc + 4] ?? 0);
        break;
      }
      case NOT_MASKED: {
        const holds = standing.masked(code[pc + 1] ?? 0, code[pc + 2] ?? 0, code[pc + 3] ?? 0);
        if (holds < 0) return ASKS_SOURCE;
        standing.pc = holds === 0 ? pc + 5 : (code[pc + 4] ?? 0);
        break;
      }
      case NOT_PREFIX: {
        const field = code[pc + 1] ?? 0;
        let holds = 1;
        for (let word = 0; word < 4 && holds === 1; word++) {
          const mask = code[pc + 2 + word] ?? 0;
          holds = standing.masked(field + word, mask, code[pc + 6 + word] ?? 0);
        }
        if (holds < 0) return ASKS_SOURCE;
        standing.pc = holds === 0 ? pc + 11 : (code[pc + 10] ?? 0);
        break;
      }
      case RANGE:
      case NOT_RANGE: {
        const field = code[pc + 1] ?? 0;
        const least = code[pc + 2] ?? 0;
        const most = code[pc + 3] ?? 0;
        const value = registers[field] ?? 0;
        let holds = value >= least && value <= most;
        if (field === SOURCE_PORT && !standing.knowsPort && value >= 0) {
          const known = portIsIn(standing.portFacts, least, most);
          if (known === undefined) {
            standing.askedLeast = least;
            standing.askedMost = most;
            return ASKS_PORT;
          }
          holds = known;
        }
        standing.pc = holds === (code[pc] === RANGE) ? pc + 5 : (code[pc + 4] ?? 0);
        break;
      }
      case ROW: {
        const row = (code[pc + 2] ?? 0) + (registers[code[pc + 1] ?? 0] ?? 0);
        standing.pc = machine.rows[row] !== 0 ? pc + 4 : (code[pc + 3] ?? 0);
        break;
      }
      case CLASS: {
        const number = classOf(machine, standing, code[pc + 1] ?? 0);
        const row = (code[pc + 2] ?? 0) + number;
        standing.pc = machine.rows[row] !== 0 ? pc + 4 : (code[pc + 3] ?? 0);
        break;
      }
      case IS_TRANSLATED:
        standing.pc = registers[TRANSLATED] === code[pc + 1] ? pc + 3 : (code[pc + 2] ?? 0);
        break;
      case RANDOM:
      case DRAWS:
        return DRAWS_HERE;
      case ASK:
        return ASKS_MATCH;
      case FAIL:
        standing.pc = code[pc + 1] ?? 0;
        break;
      case PLACE:
        standing.pc = machine.place(pc);
        ({ code } = machine);
        break;
      case CALL:
        standing.note(code[pc + 1] ?? 0);
        if (!standing.call(code[pc + 2] ?? 0, code[pc + 3] ?? 0, pc + 4)) return LEFT;
        break;
      case GOTO:
        standing.note(code[pc + 1] ?? 0);
        standing.pc = code[pc + 2] ?? 0;
        standing.from = code[pc + 3] ?? 0;
        break;
      case PASS:
        standing.note(code[pc + 1] ?? 0);
        standing.tried += code[pc + 2] ?? 0;
        standing.pc = pc + 3;
        break;
      case ACCEPT:
        standing.note(code[pc + 1] ?? 0);
        standing.pc = standing.afterTable;
        break;
      case DROP:
        standing.note(code[pc + 1] ?? 0);
        return DROPPED;
      case REJECT:
        standing.note(code[pc + 1] ?? 0);
        return REJECTED;
      case RETURN:
        standing.note(code[pc + 1] ?? 0);
        if (standing.comeBack()) break;
        if (standing.dropsByPolicy) return DROPPED;
        standing.pc = standing.afterTable;
        break;
      case COUNT:
        standing.note(code[pc + 1] ?? 0);
        standing.pc = pc + 2;
        break;
      case SET_MARK:
        standing.note(code[pc + 1] ?? 0);
        registers[MARK] = ((registers[MARK] ?? 0) & ~(code[pc + 2] ?? 0)) ^ (code[pc + 3] ?? 0);
        standing.pc = pc + 4;
        break;
      case TO_DESTINATION:
        if (!translate(machine, standing)) return LEFT;
        break;
      case TO_SOURCE:
        standing.note(code[pc + 1] ?? 0);
        standing.setSource(code, pc + 2, machine.words);
        standing.pc = standing.afterTable;
        break;
      case MASQUERADE: {
        if (!masquerade(machine, standing)) return LEFT;
        const draws = code[pc + 2] === 1;
        standing.pc = standing.afterTable;
        if (!draws) break;
        // ICMP's ids are left to the reference.
        if ((registers[ICMP_TYPE] ?? 0) >= 0) return LEFT;
        if ((registers[SOURCE_PORT] ?? 0) >= 0) return PICKS_PORT;
        break;
      }
      case CHECK_TAKEN:
        if (!standing.knowsSource || !standing.knowsPort) return LEFT;
        if (machine.known.hasAnswer(registers)) return LEFT;
        standing.pc = pc + 1;
        break;
      case DISPATCH: {
        const entry = nextEntry(machine, standing, code[pc + 1] ?? 0);
        if (entry === TOO_MANY) return LEFT;
        standing.pc = entry === NO_RULE ? (code[pc + 2] ?? 0) : entry;
        break;
      }
      case TABLE:
        registers[IN] = code[pc + 2] === 1 ? 0 : (registers[CAME_BY] ?? 0);
        if (code[pc + 4] !== 1) registers[SEEN_OUT] = registers[LEAVES_BY] ?? 0;
        registers[OUT] = code[pc + 3] === 1 ? 0 : (registers[SEEN_OUT] ?? 0);
        standing.from = code[pc + 6] ?? 0;
        standing.dropsByPolicy = code[pc + 7] === 1;
        standing.afterTable = pc + 8;
        standing.depth = 0;
        standing.pc = code[pc + 5] ?? 0;
        break;
      case ROUTE_IF_MARKED:
        if (registers[ENTRY_MARK] === registers[MARK]) standing.pc = pc + 1;
        else if (!routeOwn(machine, standing)) return endOfRoute(machine, standing);
        break;
      case ROUTE_IF_TRANSLATED:
        if (registers[MOVED] !== 1) standing.pc = pc + 1;
        else if (!routeOwn(machine, standing)) return endOfRoute(machine, standing);
        break;
      case ROUTE_OUT:
        if (!routeOwn(machine, standing)) return endOfRoute(machine, standing);
        registers[SEEN_OUT] = registers[LEAVES_BY] ?? 0;
        break;
      case ROUTE_IN: {
        const kind = route(machine, standing);
        if (kind === TO_NODE) {
          standing.pc = code[pc + 1] ?? 0;
          break;
        }
        if (kind !== TO_WIRE) return endOfRoute(machine, standing);
        const ttl = registers[TTL] ?? 0;
        if (ttl <= 1) return LEFT;
        registers[TTL] = ttl - 1;
        standing.pc = code[pc + 2] ?? 0;
        break;
      }
      case NOTE_MARK:
        registers[ENTRY_MARK] = registers[MARK] ?? 0;
        standing.pc = pc + 1;
        break;
      case FINISH:
        return code[pc + 1] ?? 0;
      case LEAVE_BY_WIRE:
        return registers[LEAVES_BY] === machine.loopback ? LEFT : (code[pc + 1] ?? 0);
      default:
        return LEFT;
    }
  }
}

/** Where the next rule stands that may match; `NO_RULE`, or `TOO_MANY` of an open source. */
function nextEntry({ dispatch }: Machine, standing: Standing, reference: number): number {
  const { registers, pc, knowsSource, knowsPort } = standing;
  if (knowsSource && knowsPort) return firstFrom(dispatch, registers, reference, pc);
  const isOpen = (field: number): boolean =>
    (!knowsSource && field >= SOURCE && field < DESTINATION) ||
    (!knowsPort && field === SOURCE_PORT && (registers[SOURCE_PORT] ?? 0) >= 0);
  return firstPossible(dispatch, registers, reference, pc, isOpen);
}
