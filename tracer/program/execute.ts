import { VERDICTS } from "../walk/result.js";
import { classAt } from "./address-classes.js";
import * as decisionNames from "./decisions.js";
import { askerOf, slotOf } from "./decisions.js";
import * as dispatchNames from "./dispatch.js";
import { finishHash, mix } from "./dispatch.js";
import * as fields from "./fields.js";
import type { Machine } from "./machine.js";
import * as operations from "./operations.js";
import * as recollectionNames from "./recollection.js";
import * as registerNames from "./registers.js";
import type { Registers } from "./registers.js";

/*
 * The loop below runs a packet in the time of a few cache misses, which asks for three things.
 *
 * Bound to names of this module, the numbers of operations and registers are constants to V8's
 * compiler, which makes a jump table of the switch; read off the imports they are not.
 *
 * `| 0` tells it that a number stays within 32 bits; otherwise places in the code are kept as
 * floating point numbers, which doubles the time.
 *
 * There are no calls in the loop that it cannot dissolve, since after a call every array would have
 * to be looked up anew: whatever needs one ends the loop with a number that says what is needed, and
 * `advance` sees to it and comes back.
 */
const { DESTINATION, DESTINATION_PORT, IN, MARK, OUT, PROTOCOL, SOURCE } = fields;
const { SOURCE_PORT } = fields;
const { END, MASKED, NOT_MASKED, RANGE, NOT_RANGE, FLOW, ROW, CLASS, MARKED } = operations;
const { NOT_MARKED, IS_TRANSLATED, NOT_PREFIX, RANDOM, ASK, FAIL, CALL, GOTO } = operations;
const { ACCEPT, DROP, RETURN, REJECT, COUNT, SET_MARK, TO_DESTINATION } = operations;
const { TO_SOURCE, MASQUERADE, PASS, DRAWS, DISPATCH, TABLE, ROUTE_IN, ROUTE_OUT } = operations;
const { NOTE_MARK, ROUTE_IF_MARKED, ROUTE_IF_TRANSLATED, CHECK_TAKEN, FINISH } = operations;
const { LEAVE_BY_WIRE, RECALL, FROM, NOT_FROM, FLOW_CALL, EVEN_DRAWS, ENDPOINT } = operations;
const { CAME_BY, DECISION, DESTINATION_CLASS, DESTINATION_KEY, ENTRY_MARK } = registerNames;
const { HOOK, ICMP_TYPE, LEAVES_BY, MOVED, PORT_OPEN, SEEN_OUT, SOURCE_CLASS } = registerNames;
const { SOURCE_KEY, TCP_FLAGS, TRANSLATED, TTL } = registerNames;
const { ASKED, ENDS, NOT_ASKED, SLOT: DECISION_SLOT, TO_NODE, TO_WIRE } = decisionNames;
const { SLOT: WAY_SLOT } = recollectionNames;
const { BY_HASH, FREE, NO_RULE } = dispatchNames;

/** The packet came to something that only the reference walk does. */
export const LEFT = -1;
/** A routing decision, the address of MASQUERADE, an answer of a match, a look-up in the index ... */
export const NEEDS_ROUTE = -2;
export const NEEDS_MASQUERADE = -3;
export const NEEDS_ANSWER = -4;
export const NEEDS_LOOKUP = -5;
/** ... more room for draws or matched rules, or a look at the known connections. */
export const NEEDS_ROOM = -6;
export const NEEDS_CHECK = -7;

const DROPPED = VERDICTS.indexOf("dropped");
const REJECTED = VERDICTS.indexOf("rejected");

/** A longer list is looked through outside. */
const LONG_LIST = 16;
/** What stands for a draw in `DRAWS` when there is none. */
const NO_DRAW = 0;

/**
 * Runs the packet in the machine's registers on from where it stands. The answer is the number of
 * its verdict, `LEFT`, or what is needed before it can go on.
 */
export function execute(machine: Machine): number {
  const { code, registers, stack, rows, ways, classes, words, matched, draws, chooser } = machine;
  const { nodes, tables, lists } = machine.dispatch;
  const { recollection } = machine;
  const { slots, marks, kinds, leavesBy, masquerades, masqueradeParts } = machine.decisions;
  const lastSlot = (slots.length / DECISION_SLOT - 1) | 0;
  let { dropsByPolicy } = machine;
  let pc = machine.pc | 0;
  let from = machine.from | 0;
  let depth = machine.depth | 0;
  let afterTable = machine.afterTable | 0;
  let tried = machine.tried | 0;
  let matchedCount = machine.matchedCount | 0;
  let drawn = machine.drawn | 0;
  let noting = machine.noting | 0;
  let answer: number = LEFT;
  // The registers that are asked for most often, besides.
  const protocol = (registers[PROTOCOL] ?? 0) | 0;
  let source = (registers[SOURCE] ?? 0) | 0;
  let destination = (registers[DESTINATION] ?? 0) | 0;
  let destinationPort = (registers[DESTINATION_PORT] ?? 0) | 0;
  let mark = (registers[MARK] ?? 0) | 0;
  running: for (;;) {
    switch (code[pc] ?? 0) {
      case END: {
        tried = (tried + (code[pc + 1] ?? 0) - from) | 0;
        if (depth > 0) {
          depth = (depth - 2) | 0;
          pc = (stack[depth] ?? 0) | 0;
          from = (stack[depth + 1] ?? 0) | 0;
        } else if (dropsByPolicy) {
          answer = DROPPED;
          break running;
        } else {
          pc = afterTable | 0;
        }
        break;
      }
      case MASKED: {
        noting = -1;
        const bits = (registers[code[pc + 1] ?? 0] ?? 0) & (code[pc + 2] ?? 0);
        pc = (bits === code[pc + 3] ? pc + 5 : (code[pc + 4] ?? 0)) | 0;
        break;
      }
      case NOT_MASKED: {
        noting = -1;
        const bits = (registers[code[pc + 1] ?? 0] ?? 0) & (code[pc + 2] ?? 0);
        pc = (bits !== code[pc + 3] ? pc + 5 : (code[pc + 4] ?? 0)) | 0;
        break;
      }
      case FROM: {
        noting = -1;
        const bits = source & (code[pc + 1] ?? 0);
        pc = (bits === code[pc + 2] ? pc + 4 : (code[pc + 3] ?? 0)) | 0;
        break;
      }
      case NOT_FROM: {
        noting = -1;
        const bits = source & (code[pc + 1] ?? 0);
        pc = (bits !== code[pc + 2] ? pc + 4 : (code[pc + 3] ?? 0)) | 0;
        break;
      }
      case MARKED: {
        const bits = mark & (code[pc + 1] ?? 0);
        pc = (bits === code[pc + 2] ? pc + 4 : (code[pc + 3] ?? 0)) | 0;
        break;
      }
      case NOT_MARKED: {
        const bits = mark & (code[pc + 1] ?? 0);
        pc = (bits !== code[pc + 2] ? pc + 4 : (code[pc + 3] ?? 0)) | 0;
        break;
      }
      case RANGE: {
        const field = code[pc + 1] ?? 0;
        if (field !== PROTOCOL) noting = -1;
        const value = registers[field] ?? 0;
        const holds = value >= (code[pc + 2] ?? 0) && value <= (code[pc + 3] ?? 0);
        pc = (holds ? pc + 5 : (code[pc + 4] ?? 0)) | 0;
        break;
      }
      case NOT_RANGE: {
        const field = code[pc + 1] ?? 0;
        if (field !== PROTOCOL) noting = -1;
        const value = registers[field] ?? 0;
        const holds = value < (code[pc + 2] ?? 0) || value > (code[pc + 3] ?? 0);
        pc = (holds ? pc + 5 : (code[pc + 4] ?? 0)) | 0;
        break;
      }
      case FLOW: {
        noting = -1;
        const holds =
          destination === code[pc + 2] &&
          destinationPort === code[pc + 3] &&
          protocol === code[pc + 1];
        pc = (holds ? pc + 5 : (code[pc + 4] ?? 0)) | 0;
        break;
      }
      case ROW: {
        const row = (code[pc + 2] ?? 0) + (registers[code[pc + 1] ?? 0] ?? 0);
        pc = (rows[row] !== 0 ? pc + 4 : (code[pc + 3] ?? 0)) | 0;
        break;
      }
      case CLASS: {
        noting = -1;
        const side = code[pc + 1] ?? 0;
        const at = side === SOURCE ? SOURCE_CLASS : DESTINATION_CLASS;
        if ((registers[at] ?? 0) < 0) registers[at] = classAt(classes, registers, side);
        const row = (code[pc + 2] ?? 0) + (registers[at] ?? 0);
        pc = (rows[row] !== 0 ? pc + 4 : (code[pc + 3] ?? 0)) | 0;
        break;
      }
      case IS_TRANSLATED:
        pc = (registers[TRANSLATED] === code[pc + 1] ? pc + 3 : (code[pc + 2] ?? 0)) | 0;
        break;
      case NOT_PREFIX:
        noting = -1;
        pc = (inPrefix(code, pc, registers) ? (code[pc + 10] ?? 0) : pc + 11) | 0;
        break;
      case RANDOM: {
        if (drawn === draws.length) {
          answer = NEEDS_ROOM;
          break running;
        }
        noting = -1;
        const draw = chooser.draw();
        if (draw === undefined) break running;
        draws[drawn] = draw;
        drawn = (drawn + 1) | 0;
        pc = (draw < (code[pc + 1] ?? 0) ? pc + 3 : (code[pc + 2] ?? 0)) | 0;
        break;
      }
      case ASK:
        noting = -1;
        answer = NEEDS_ANSWER;
        break running;
      case FAIL:
        pc = (code[pc + 1] ?? 0) | 0;
        break;
      case DRAWS: {
        const first = code[pc + 1] ?? 0;
        const count = code[pc + 2] ?? 0;
        if (drawn + count > draws.length || matchedCount === matched.length) {
          answer = NEEDS_ROOM;
          break running;
        }
        noting = -1;
        // Come back to from one of the chains, it goes on behind that one's rule.
        let at = (from > first ? from - first : 0) | 0;
        let place = (pc + 3 + at * 3) | 0;
        for (; at < count; at = (at + 1) | 0) {
          const chance = code[place] ?? 0;
          if (chance === NO_DRAW) break;
          const draw = chooser.draw();
          if (draw === undefined) break running;
          draws[drawn] = draw;
          drawn = (drawn + 1) | 0;
          if (draw < chance) break;
          place = (place + 3) | 0;
        }
        if (at === count) {
          pc = place | 0;
          break;
        }
        if (depth === stack.length) break running;
        const rule = first + at;
        matched[matchedCount] = rule;
        matchedCount = (matchedCount + 1) | 0;
        tried = (tried + rule + 1 - from) | 0;
        stack[depth] = pc;
        stack[depth + 1] = rule + 1;
        depth = (depth + 2) | 0;
        from = (code[place + 2] ?? 0) | 0;
        pc = (code[place + 1] ?? 0) | 0;
        break;
      }
      case EVEN_DRAWS: {
        const first = code[pc + 1] ?? 0;
        const count = code[pc + 2] ?? 0;
        if (drawn + count > draws.length || matchedCount === matched.length) {
          answer = NEEDS_ROOM;
          break running;
        }
        noting = -1;
        const chances = code[pc + 3] ?? 0;
        let at = (from > first ? from - first : 0) | 0;
        for (; at < count; at = (at + 1) | 0) {
          const chance = ways[chances + at] ?? 0;
          if (chance === NO_DRAW) break;
          const draw = chooser.draw();
          if (draw === undefined) break running;
          draws[drawn] = draw;
          drawn = (drawn + 1) | 0;
          if (draw < chance) break;
        }
        if (at === count) {
          pc = (pc + 8) | 0;
          break;
        }
        if (depth === stack.length) break running;
        matched[matchedCount] = first + at;
        matchedCount = (matchedCount + 1) | 0;
        tried = (tried + first + at + 1 - from) | 0;
        stack[depth] = pc;
        stack[depth + 1] = first + at + 1;
        depth = (depth + 2) | 0;
        from = ((code[pc + 6] ?? 0) + at * (code[pc + 7] ?? 0)) | 0;
        pc = ((code[pc + 4] ?? 0) + at * (code[pc + 5] ?? 0)) | 0;
        break;
      }
      case ENDPOINT: {
        if (matchedCount + 1 >= matched.length) {
          answer = NEEDS_ROOM;
          break running;
        }
        noting = -1;
        const first = code[pc + 1] ?? 0;
        const address = code[pc + 2] ?? 0;
        if (from === first && source === address) {
          if (depth === stack.length) break running;
          matched[matchedCount] = first;
          matchedCount = (matchedCount + 1) | 0;
          tried = (tried + 1) | 0;
          stack[depth] = pc;
          stack[depth + 1] = first + 1;
          depth = (depth + 2) | 0;
          from = (code[pc + 5] ?? 0) | 0;
          pc = (code[pc + 4] ?? 0) | 0;
          break;
        }
        tried = (tried + first + 2 - from) | 0;
        const wanted = code[pc + 3] ?? 0;
        if (wanted !== 0 && wanted !== protocol) {
          // The end of the chain, which something called or went to.
          if (depth > 0) {
            depth = (depth - 2) | 0;
            pc = (stack[depth] ?? 0) | 0;
            from = (stack[depth + 1] ?? 0) | 0;
          } else if (dropsByPolicy) {
            answer = DROPPED;
            break running;
          } else {
            pc = afterTable | 0;
          }
          break;
        }
        const port = code[pc + 7] ?? 0;
        if (port >= 0 && destinationPort < 0 && (registers[ICMP_TYPE] ?? 0) >= 0) break running;
        matched[matchedCount] = first + 1;
        matchedCount = (matchedCount + 1) | 0;
        if (destination !== address) {
          destination = address | 0;
          registers[DESTINATION] = address;
          registers[MOVED] = 1;
          registers[TRANSLATED] = 1;
        }
        registers[DESTINATION_CLASS] = code[pc + 6] ?? 0;
        if (port >= 0 && destinationPort >= 0 && destinationPort !== port) {
          destinationPort = port | 0;
          registers[DESTINATION_PORT] = port;
          registers[DESTINATION_KEY] = port;
          registers[TRANSLATED] = 1;
        }
        pc = afterTable | 0;
        break;
      }
      case FLOW_CALL: {
        if (matchedCount === matched.length) {
          answer = NEEDS_ROOM;
          break running;
        }
        noting = -1;
        if (
          destination !== code[pc + 5] ||
          destinationPort !== code[pc + 6] ||
          protocol !== code[pc + 4]
        ) {
          pc = (pc + 7) | 0;
          break;
        }
        if (depth === stack.length) break running;
        const rule = code[pc + 1] ?? 0;
        matched[matchedCount] = rule;
        matchedCount = (matchedCount + 1) | 0;
        tried = (tried + rule + 1 - from) | 0;
        stack[depth] = pc + 7;
        stack[depth + 1] = rule + 1;
        depth = (depth + 2) | 0;
        from = (code[pc + 3] ?? 0) | 0;
        pc = (code[pc + 2] ?? 0) | 0;
        break;
      }
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
      case MASQUERADE:
      case PASS: {
        if (matchedCount === matched.length) {
          answer = NEEDS_ROOM;
          break running;
        }
        const rule = code[pc + 1] ?? 0;
        matched[matchedCount] = rule;
        matchedCount = (matchedCount + 1) | 0;
        tried = (tried + rule + 1 - from) | 0;
        from = (rule + 1) | 0;
        switch (code[pc] ?? 0) {
          case CALL:
            if (depth === stack.length) break running;
            stack[depth] = pc + 4;
            stack[depth + 1] = from;
            depth = (depth + 2) | 0;
            from = (code[pc + 3] ?? 0) | 0;
            pc = (code[pc + 2] ?? 0) | 0;
            break;
          case GOTO:
            from = (code[pc + 3] ?? 0) | 0;
            pc = (code[pc + 2] ?? 0) | 0;
            break;
          case PASS:
            tried = (tried + (code[pc + 2] ?? 0)) | 0;
            pc = (pc + 3) | 0;
            break;
          case ACCEPT:
            pc = afterTable | 0;
            break;
          case DROP:
            answer = DROPPED;
            break running;
          case REJECT:
            answer = REJECTED;
            break running;
          case RETURN:
            if (depth > 0) {
              depth = (depth - 2) | 0;
              pc = (stack[depth] ?? 0) | 0;
              from = (stack[depth + 1] ?? 0) | 0;
            } else if (dropsByPolicy) {
              answer = DROPPED;
              break running;
            } else {
              pc = afterTable | 0;
            }
            break;
          case COUNT:
            pc = (pc + 2) | 0;
            break;
          case SET_MARK:
            mark = (mark & ~(code[pc + 2] ?? 0)) ^ (code[pc + 3] ?? 0);
            registers[MARK] = mark;
            pc = (pc + 4) | 0;
            break;
          case TO_DESTINATION: {
            noting = -1;
            const number = code[pc + 2] ?? 0;
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
              destination = (registers[DESTINATION] ?? 0) | 0;
            }
            const port = code[pc + 7] ?? 0;
            if (port >= 0) {
              const before = registers[DESTINATION_PORT] ?? 0;
              // ICMP's ids are left to the reference; other protocols without ports keep what they have.
              if (before < 0 && (registers[ICMP_TYPE] ?? 0) >= 0) break running;
              if (before >= 0 && before !== port) {
                registers[DESTINATION_PORT] = port;
                registers[DESTINATION_KEY] = port;
                registers[TRANSLATED] = 1;
                destinationPort = port | 0;
              }
            }
            pc = afterTable | 0;
            break;
          }
          case TO_SOURCE:
            noting = -1;
            for (let word = 0; word < words; word++) {
              registers[SOURCE + word] = code[pc + 2 + word] ?? 0;
            }
            registers[SOURCE_CLASS] = -1;
            source = (registers[SOURCE] ?? 0) | 0;
            pc = afterTable | 0;
            break;
          default: {
            noting = -1;
            const decision = registers[DECISION] ?? 0;
            if (masquerades[decision] === NOT_ASKED || drawn === draws.length) {
              // The rule is noted again when this is tried again.
              matchedCount = (matchedCount - 1) | 0;
              tried = (tried - 1) | 0;
              from = rule | 0;
              answer = drawn === draws.length ? NEEDS_ROOM : NEEDS_MASQUERADE;
              break running;
            }
            if (masquerades[decision] !== ASKED) break running;
            for (let word = 0; word < words; word++) {
              registers[SOURCE + word] = masqueradeParts[decision * 4 + word] ?? 0;
            }
            registers[SOURCE_CLASS] = -1;
            source = (registers[SOURCE] ?? 0) | 0;
            if (code[pc + 2] === 1) {
              if ((registers[ICMP_TYPE] ?? 0) >= 0) break running;
              const port = registers[SOURCE_PORT] ?? 0;
              if (port >= 0) {
                // The pools that `poolOf` of the reference gives.
                const least = port < 512 ? 1 : port < 1024 ? 600 : 1024;
                const most = port < 512 ? 511 : port < 1024 ? 1023 : 65535;
                const picked = chooser.pick(most - least + 1);
                if (picked === undefined) {
                  registers[PORT_OPEN] = 1;
                } else {
                  draws[drawn] = picked;
                  drawn = (drawn + 1) | 0;
                  registers[SOURCE_PORT] = least + picked;
                  registers[SOURCE_KEY] = least + picked;
                }
              }
            }
            pc = afterTable | 0;
          }
        }
        break;
      }
      case DISPATCH: {
        noting = -1;
        let best: number = NO_RULE;
        let at = (code[pc + 1] ?? 0) | 0;
        while (at !== -1) {
          let leaf = at;
          if (at >= 0) {
            const field = nodes[at + 1] ?? 0;
            if (nodes[at] === BY_HASH) {
              // As `findHash` and `findRange` have it, which are too long to be dissolved here.
              let hash = mix(0, (registers[field] ?? 0) & (nodes[at + 3] ?? 0));
              for (let word = 1; word < (nodes[at + 2] ?? 1); word++) {
                hash = mix(hash, (registers[field + word] ?? 0) & (nodes[at + 3 + word] ?? 0));
              }
              hash = finishHash(hash);
              const first = nodes[at + 7] ?? 0;
              const last = nodes[at + 8] ?? 0;
              let slot = hash & last;
              while (
                (tables[first + slot * 2] ?? 0) !== hash &&
                tables[first + slot * 2] !== FREE
              ) {
                slot = (slot + 1) & last;
              }
              leaf = tables[first + slot * 2] === hash ? (tables[first + slot * 2 + 1] ?? -1) : -1;
              at = (nodes[at + 9] ?? -1) | 0;
            } else {
              const value = (registers[field] ?? 0) >>> 0;
              const first = nodes[at + 2] ?? 0;
              const count = nodes[at + 3] ?? 0;
              let low = 0;
              let high = count | 0;
              while (high - low > 1) {
                const middle = (low + high) >> 1;
                if ((tables[first + middle] ?? 0) >>> 0 <= value) low = middle;
                else high = middle;
              }
              leaf = tables[first + count + low] ?? -1;
              at = (nodes[at + 4] ?? -1) | 0;
            }
            if (leaf >= 0) {
              answer = NEEDS_LOOKUP;
              break running;
            }
          } else {
            at = -1;
          }
          if (leaf === -1) continue;
          const number = (-2 - leaf) | 0;
          const place = number >> 1;
          if ((number & 1) === 0) {
            if (place >= pc && place < best) best = place;
            continue;
          }
          const count = lists[place] ?? 0;
          if (count > LONG_LIST) {
            answer = NEEDS_LOOKUP;
            break running;
          }
          for (let item = 1; item <= count; item++) {
            const entry = lists[place + item] ?? 0;
            if (entry >= pc) {
              if (entry < best) best = entry;
              break;
            }
          }
        }
        pc = (best === NO_RULE ? (code[pc + 2] ?? 0) : best) | 0;
        break;
      }
      case TABLE:
        registers[HOOK] = code[pc + 1] ?? 0;
        registers[IN] = code[pc + 2] === 1 ? 0 : (registers[CAME_BY] ?? 0);
        if (code[pc + 4] !== 1) registers[SEEN_OUT] = registers[LEAVES_BY] ?? 0;
        registers[OUT] = code[pc + 3] === 1 ? 0 : (registers[SEEN_OUT] ?? 0);
        from = (code[pc + 6] ?? 0) | 0;
        dropsByPolicy = code[pc + 7] === 1;
        afterTable = (pc + 8) | 0;
        depth = 0;
        pc = (code[pc + 5] ?? 0) | 0;
        break;
      case ROUTE_IN:
      case ROUTE_OUT:
      case ROUTE_IF_MARKED:
      case ROUTE_IF_TRANSLATED: {
        const operation = code[pc] ?? 0;
        if (
          (operation === ROUTE_IF_MARKED && registers[ENTRY_MARK] === registers[MARK]) ||
          (operation === ROUTE_IF_TRANSLATED && registers[MOVED] !== 1)
        ) {
          pc = (pc + 1) | 0;
          break;
        }
        if ((registers[SOURCE_CLASS] ?? 0) < 0) {
          registers[SOURCE_CLASS] = classAt(classes, registers, SOURCE);
        }
        if ((registers[DESTINATION_CLASS] ?? 0) < 0) {
          registers[DESTINATION_CLASS] = classAt(classes, registers, DESTINATION);
        }
        const asker = askerOf(registers[CAME_BY] ?? 0, mark, marks);
        const ownClass = registers[SOURCE_CLASS] ?? 0;
        const otherClass = registers[DESTINATION_CLASS] ?? 0;
        let slot = slotOf(asker, ownClass, otherClass) & lastSlot;
        let decision = -1;
        for (;;) {
          const place = slot * DECISION_SLOT;
          decision = (slots[place + 3] ?? 0) - 1;
          if (decision < 0) break;
          if (
            slots[place] === asker &&
            slots[place + 1] === ownClass &&
            slots[place + 2] === otherClass
          ) {
            break;
          }
          slot = (slot + 1) & lastSlot;
        }
        if (decision < 0) {
          answer = NEEDS_ROUTE;
          break running;
        }
        registers[DECISION] = decision;
        const kind = kinds[decision] ?? 0;
        const device = leavesBy[decision] ?? 0;
        if (kind >= ENDS) {
          if (device !== 0) registers[LEAVES_BY] = device;
          answer = (kind - ENDS) | 0;
          break running;
        }
        if (kind === TO_NODE) {
          pc = (code[pc + 1] ?? 0) | 0;
          break;
        }
        if (kind !== TO_WIRE) break running;
        registers[LEAVES_BY] = device;
        if (operation === ROUTE_OUT) registers[SEEN_OUT] = registers[LEAVES_BY] ?? 0;
        if (operation !== ROUTE_IN) {
          pc = (pc + 1) | 0;
          break;
        }
        const ttl = registers[TTL] ?? 0;
        if (ttl <= 1) break running;
        registers[TTL] = ttl - 1;
        pc = (code[pc + 2] ?? 0) | 0;
        break;
      }
      case NOTE_MARK:
        registers[ENTRY_MARK] = registers[MARK] ?? 0;
        pc = (pc + 1) | 0;
        break;
      case CHECK_TAKEN:
        noting = -1;
        answer = NEEDS_CHECK;
        break running;
      case FINISH:
        answer = (code[pc + 1] ?? 0) | 0;
        break running;
      case LEAVE_BY_WIRE:
        if (registers[LEAVES_BY] !== machine.loopback) answer = (code[pc + 1] ?? 0) | 0;
        break running;
      case RECALL: {
        if (noting >= 0) {
          pc = (pc + 1) | 0;
          break;
        }
        const { slots: found, last } = recollection;
        const devices = ((registers[CAME_BY] ?? 0) << 16) | (registers[LEAVES_BY] ?? 0);
        const kind =
          ((registers[TCP_FLAGS] ?? 0) << 16) | (protocol << 8) | (registers[TRANSLATED] ?? 0);
        let slot = slotOf(pc ^ mark, devices, kind) & last;
        let place = slot * WAY_SLOT;
        while (
          found[place] !== 0 &&
          (found[place] !== pc ||
            found[place + 1] !== mark ||
            found[place + 2] !== devices ||
            found[place + 3] !== kind)
        ) {
          slot = (slot + 1) & last;
          place = (slot * WAY_SLOT) | 0;
        }
        if (found[place] === 0) {
          noting = place | 0;
          machine.notedAt = pc;
          machine.notedMark = mark;
          machine.notedDevices = devices;
          machine.notedKind = kind;
          machine.triedBefore = tried;
          machine.matchedBefore = matchedCount;
          pc = (pc + 1) | 0;
          break;
        }
        const count = found[place + 8] ?? 0;
        if (matchedCount + count > matched.length) {
          answer = NEEDS_ROOM;
          break running;
        }
        const { rules } = recollection;
        const first = found[place + 7] ?? 0;
        for (let at = 0; at < count; at++) matched[matchedCount + at] = rules[first + at] ?? 0;
        matchedCount = (matchedCount + count) | 0;
        tried = (tried + (found[place + 5] ?? 0)) | 0;
        registers[MARK] = found[place + 6] ?? 0;
        answer = (found[place + 4] ?? 0) | 0;
        break running;
      }
      default:
        break running;
    }
  }
  machine.pc = pc;
  machine.from = from;
  machine.depth = depth;
  machine.afterTable = afterTable;
  machine.dropsByPolicy = dropsByPolicy;
  machine.tried = tried;
  machine.matchedCount = matchedCount;
  machine.drawn = drawn;
  machine.noting = noting;
  return answer;
}

function inPrefix(code: Int32Array, pc: number, registers: Registers): boolean {
  const field = code[pc + 1] ?? 0;
  for (let word = 0; word < 4; word++) {
    const mask = code[pc + 2 + word] ?? 0;
    if (((registers[field + word] ?? 0) & mask) !== code[pc + 6 + word]) return false;
  }
  return true;
}
