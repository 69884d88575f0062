import { ICMP, ICMPV6, TCP } from "../../engine/net/protocol.js";
import { hasPorts } from "../packet/protocols.js";
import { VERDICTS } from "../walk/result.js";
import { classAt } from "./address-classes.js";
import type { PacketBatch } from "./batch.js";
import * as decisionNames from "./decisions.js";
import { askerOf, slotOf } from "./decisions.js";
import * as dispatchNames from "./dispatch.js";
import { finishHash, mix } from "./dispatch.js";
import * as fields from "./fields.js";
import * as openings from "./first-packets.js";
import { isRefused6 } from "./load.js";
import * as machineNames from "./machine.js";
import type { Machine } from "./machine.js";
import * as operations from "./operations.js";
import * as recollectionNames from "./recollection.js";
import * as registerNames from "./registers.js";
import type { BatchResult } from "./result.js";

/*
 * The loop below runs a packet in the time of a few cache misses, which asks for four things.
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
 *
 * For the same reason it goes on to the next packet by itself: looking up what it works with takes
 * as long as a third of a packet's way.
 */
const { DESTINATION, DESTINATION_PORT, IN, MARK, OUT, PROTOCOL, SOURCE } = fields;
const { SOURCE_PORT } = fields;
const { END, MASKED, NOT_MASKED, RANGE, NOT_RANGE, FLOW, ROW, CLASS, MARKED } = operations;
const { NOT_MARKED, IS_TRANSLATED, RANDOM, FAIL, CALL, GOTO, LEAVE } = operations;
const { ACCEPT, DROP, RETURN, REJECT, COUNT, SET_MARK, TO_DESTINATION } = operations;
const { PASS, DRAWS, DISPATCH, TABLE, ROUTE_IN, ROUTE_OUT } = operations;
const { NOTE_MARK, ROUTE_IF_MARKED, ROUTE_IF_TRANSLATED, FINISH } = operations;
const { LEAVE_BY_WIRE, RECALL, FROM, NOT_FROM, FLOW_CALL, EVEN_DRAWS, ENDPOINT } = operations;
const { CAME_BY, DECISION, DESTINATION_CLASS, DESTINATION_KEY, ENTRY_MARK } = registerNames;
const { ICMP_TYPE, LEAVES_BY, MOVED, SEEN_OUT, SOURCE_CLASS } = registerNames;
const { SOURCE_KEY, TCP_FLAGS, TRANSLATED, TTL } = registerNames;
const { ENDS, SLOT: DECISION_SLOT, TO_NODE, TO_WIRE } = decisionNames;
const { SLOT: WAY_SLOT } = recollectionNames;
const { BY_HASH, FREE, NO_RULE } = dispatchNames;
const { BY_FLAGS, BY_ICMP_TYPE, BY_PROTOCOL, NOT_ASKED, OPENS } = openings;
const { NEXT_PACKET } = machineNames;

/** The packet came to something that only the reference walk does. */
export const LEFT = -1;
/** All packets of the batch are done. */
export const DONE = -2;
/** A routing decision, an operation that is not done here, a look-up in the index, draws ... */
export const NEEDS_ROUTE = -3;
export const NEEDS_STEP = -4;
export const NEEDS_LOOKUP = -5;
export const NEEDS_DRAWS = -6;
/** ... more room for matched rules, to know whether such a packet opens a connection ... */
export const NEEDS_ROOM = -7;
export const NEEDS_OPENING = -8;
/** ... or whether it belongs to a known one, or that its way be noted. */
export const NEEDS_CHECK = -9;
export const NEEDS_NOTE = -10;
/** It has run long enough. */
export const NEEDS_NOTHING = -11;

const DROPPED = VERDICTS.indexOf("dropped");
const REJECTED = VERDICTS.indexOf("rejected");

/**
 * So many packets are run in one go. V8 replaces a loop that is never left while it runs, by code in
 * which the numbers of operations are no constants; what is called anew it compiles as a whole.
 */
const AT_ONCE = 256;

/** A longer list is looked through outside. */
const LONG_LIST = 16;
/** What stands for a draw in `DRAWS` when there is none. */
const NO_DRAW = 0;

/**
 * Runs packets of the batch one after the other, from where the machine stands, until all are done
 * (`DONE`), or one is the reference walk's (`LEFT`) or needs something before it can go on.
 */
export function execute(machine: Machine, packets: PacketBatch, out: BatchResult): number {
  const { code, registers, stack, rows, ways, classes, words, matched, cameBy, opening } = machine;
  const { nodes, tables, lists } = machine.dispatch;
  const { recollection } = machine;
  const { slots, marks, kinds, leavesBy: devices } = machine.decisions;
  const { draws } = machine.dice.ahead;
  const drawsEnd = machine.dice.ahead.end | 0;
  const lastSlot = (slots.length / DECISION_SLOT - 1) | 0;
  const knows = machine.known.size > 0;
  const { prerouting, output } = machine;
  const { protocol: protocols, source: sources, destination: destinations } = packets;
  const { sourcePort: sourcePorts, destinationPort: destinationPorts, ttl: ttls } = packets;
  const { inInterface: inInterfaces, mark: marksOfPackets, tcpFlags } = packets;
  let { dropsByPolicy } = machine;
  const { verdict: verdicts, tried: triedOf, mark: marksAfter, sourcePort: portsBefore } = out;
  const { destinationPort: portsAfter, outInterface: leftBy, matchedEnd } = out;
  const { source: sourcesAfter, destination: destinationsAfter } = out;
  let at = machine.at | 0;
  let pc = machine.pc | 0;
  let from = machine.from | 0;
  let depth = machine.depth | 0;
  let afterTable = machine.afterTable | 0;
  let tried = machine.tried | 0;
  let matchedCount = machine.matchedCount | 0;
  let next = machine.dice.ahead.next | 0;
  let firstDraw = machine.firstDraw | 0;
  let firstMatch = machine.firstMatch | 0;
  let noting = machine.noting | 0;
  const until = Math.min(packets.count, machine.at + AT_ONCE) | 0;
  let answer = machine.verdict | 0;
  let verdict: number = LEFT;
  // The registers that are asked for most often, besides.
  let protocol = (registers[PROTOCOL] ?? 0) | 0;
  let source = (registers[SOURCE] ?? 0) | 0;
  let destination = (registers[DESTINATION] ?? 0) | 0;
  let destinationPort = (registers[DESTINATION_PORT] ?? 0) | 0;
  let mark = (registers[MARK] ?? 0) | 0;
  let sourceKey = (registers[SOURCE_KEY] ?? 0) | 0;
  let destinationKey = (registers[DESTINATION_KEY] ?? 0) | 0;
  let ttl = (registers[TTL] ?? 0) | 0;
  let cameFrom = (registers[CAME_BY] ?? 0) | 0;
  let leavesBy = (registers[LEAVES_BY] ?? 0) | 0;
  let seenOut = (registers[SEEN_OUT] ?? 0) | 0;
  let sourceClass = (registers[SOURCE_CLASS] ?? 0) | 0;
  let destinationClass = (registers[DESTINATION_CLASS] ?? 0) | 0;
  let decided = (registers[DECISION] ?? 0) | 0;
  let translated = (registers[TRANSLATED] ?? 0) | 0;
  let moved = (registers[MOVED] ?? 0) | 0;
  for (;;) {
    if (pc === NEXT_PACKET) {
      if (at === until) {
        answer = at === packets.count ? DONE : NEEDS_NOTHING;
        break;
      }
      answer = LEFT;
      noting = -1;
      tried = 0;
      depth = 0;
      firstDraw = next;
      firstMatch = matchedCount;
      const name = (cameBy[inInterfaces[at] ?? 0] ?? -1) | 0;
      if (name < 0) break;
      const first = (sourcePorts[at] ?? 0) | 0;
      const second = (destinationPorts[at] ?? 0) | 0;
      const flags = (tcpFlags[at] ?? 0) | 0;
      protocol = (protocols[at] ?? 0) | 0;
      const icmp = protocol === ICMP || protocol === ICMPV6;
      const ports = hasPorts(protocol);
      if (icmp && (protocol === ICMP) !== (words === 1)) break;
      let kind = (BY_PROTOCOL + protocol) | 0;
      if (protocol === TCP) kind = (BY_FLAGS + flags) | 0;
      else if (icmp) kind = (BY_ICMP_TYPE + (second >> 8)) | 0;
      if (opening[kind] !== OPENS) {
        if (opening[kind] === NOT_ASKED) answer = NEEDS_OPENING;
        machine.kind = kind;
        break;
      }
      mark = (marksOfPackets[at] ?? 0) | 0;
      destinationPort = ports ? second : -1;
      registers[PROTOCOL] = protocol;
      registers[SOURCE_PORT] = ports ? first : -1;
      registers[DESTINATION_PORT] = destinationPort;
      sourceKey = ports || icmp ? first : 0;
      destinationKey = ports || icmp ? second : 0;
      registers[ICMP_TYPE] = icmp ? second : -1;
      registers[TCP_FLAGS] = flags;
      registers[MARK] = mark;
      ttl = (ttls[at] ?? 0) | 0;
      cameFrom = name;
      leavesBy = 0;
      seenOut = 0;
      sourceClass = -1;
      destinationClass = -1;
      decided = 0;
      translated = 0;
      moved = 0;
      pc = (name === 0 ? output : prerouting) | 0;
      if (words === 1) {
        source = (sources[at] ?? 0) | 0;
        destination = (destinations[at] ?? 0) | 0;
        registers[SOURCE] = source;
        registers[DESTINATION] = destination;
      } else {
        for (let word = 0; word < 4; word++) {
          registers[SOURCE + word] = sources[at * 4 + word] ?? 0;
          registers[DESTINATION + word] = destinations[at * 4 + word] ?? 0;
        }
        source = (registers[SOURCE] ?? 0) | 0;
        destination = (registers[DESTINATION] ?? 0) | 0;
        if (isRefused6(registers)) break;
      }
      if (knows) {
        answer = NEEDS_CHECK;
        break;
      }
    }
    if (answer === LEFT) {
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
            let number = 0;
            if ((code[pc + 1] ?? 0) === SOURCE) {
              if (sourceClass < 0) sourceClass = classAt(classes, registers, SOURCE) | 0;
              number = sourceClass;
            } else {
              if (destinationClass < 0) {
                destinationClass = classAt(classes, registers, DESTINATION) | 0;
              }
              number = destinationClass;
            }
            const row = (code[pc + 2] ?? 0) + number;
            pc = (rows[row] !== 0 ? pc + 4 : (code[pc + 3] ?? 0)) | 0;
            break;
          }
          case IS_TRANSLATED:
            pc = (translated === code[pc + 1] ? pc + 3 : (code[pc + 2] ?? 0)) | 0;
            break;
          case RANDOM: {
            noting = -1;
            if (next === drawsEnd) {
              answer = NEEDS_DRAWS;
              break running;
            }
            const draw = draws[next] ?? 0;
            next = (next + 1) | 0;
            pc = (draw < (code[pc + 1] ?? 0) ? pc + 3 : (code[pc + 2] ?? 0)) | 0;
            break;
          }
          case FAIL:
            pc = (code[pc + 1] ?? 0) | 0;
            break;
          case DRAWS: {
            const first = code[pc + 1] ?? 0;
            const length = code[pc + 2] ?? 0;
            if (matchedCount === matched.length) {
              answer = NEEDS_ROOM;
              break running;
            }
            noting = -1;
            // Come back to from one of the chains, it goes on behind that one's rule.
            let item = (from > first ? from - first : 0) | 0;
            let place = (pc + 3 + item * 3) | 0;
            for (; item < length; item = (item + 1) | 0) {
              const chance = code[place] ?? 0;
              if (chance === NO_DRAW) break;
              if (next === drawsEnd) {
                // To come back to this rule, those before it have been tried.
                tried = (tried + first + item - from) | 0;
                from = (first + item) | 0;
                answer = NEEDS_DRAWS;
                break running;
              }
              const draw = draws[next] ?? 0;
              next = (next + 1) | 0;
              if (draw < chance) break;
              place = (place + 3) | 0;
            }
            if (item === length) {
              pc = place | 0;
              break;
            }
            if (depth === stack.length) break running;
            const rule = first + item;
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
            const length = code[pc + 2] ?? 0;
            if (matchedCount === matched.length) {
              answer = NEEDS_ROOM;
              break running;
            }
            noting = -1;
            const chances = code[pc + 3] ?? 0;
            let item = (from > first ? from - first : 0) | 0;
            for (; item < length; item = (item + 1) | 0) {
              const chance = ways[chances + item] ?? 0;
              if (chance === NO_DRAW) break;
              if (next === drawsEnd) {
                // To come back to this rule, those before it have been tried.
                tried = (tried + first + item - from) | 0;
                from = (first + item) | 0;
                answer = NEEDS_DRAWS;
                break running;
              }
              const draw = draws[next] ?? 0;
              next = (next + 1) | 0;
              if (draw < chance) break;
            }
            if (item === length) {
              pc = (pc + 8) | 0;
              break;
            }
            if (depth === stack.length) break running;
            matched[matchedCount] = first + item;
            matchedCount = (matchedCount + 1) | 0;
            tried = (tried + first + item + 1 - from) | 0;
            stack[depth] = pc;
            stack[depth + 1] = first + item + 1;
            depth = (depth + 2) | 0;
            from = ((code[pc + 6] ?? 0) + item * (code[pc + 7] ?? 0)) | 0;
            pc = ((code[pc + 4] ?? 0) + item * (code[pc + 5] ?? 0)) | 0;
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
              moved = 1;
              translated = 1;
            }
            destinationClass = (code[pc + 6] ?? 0) | 0;
            if (port >= 0 && destinationPort >= 0 && destinationPort !== port) {
              destinationPort = port | 0;
              registers[DESTINATION_PORT] = port;
              destinationKey = port;
              translated = 1;
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
                      moved = 1;
                      translated = 1;
                    }
                  }
                  destinationClass = number;
                  destination = (registers[DESTINATION] ?? 0) | 0;
                }
                const port = code[pc + 7] ?? 0;
                if (port >= 0) {
                  const before = registers[DESTINATION_PORT] ?? 0;
                  // ICMP's ids are left to the reference; other protocols without ports keep what they have.
                  if (before < 0 && (registers[ICMP_TYPE] ?? 0) >= 0) break running;
                  if (before >= 0 && before !== port) {
                    registers[DESTINATION_PORT] = port;
                    destinationKey = port;
                    translated = 1;
                    destinationPort = port | 0;
                  }
                }
                pc = afterTable | 0;
                break;
              }
              default:
                break running;
            }
            break;
          }
          case DISPATCH: {
            noting = -1;
            let best: number = NO_RULE;
            let node = (code[pc + 1] ?? 0) | 0;
            while (node !== -1) {
              let leaf = node;
              if (node >= 0) {
                const field = nodes[node + 1] ?? 0;
                if (nodes[node] === BY_HASH) {
                  // As `findHash` and `findRange` have it, which are too long to be dissolved here.
                  let hash = mix(0, (registers[field] ?? 0) & (nodes[node + 3] ?? 0));
                  for (let word = 1; word < (nodes[node + 2] ?? 1); word++) {
                    hash = mix(
                      hash,
                      (registers[field + word] ?? 0) & (nodes[node + 3 + word] ?? 0),
                    );
                  }
                  hash = finishHash(hash);
                  const first = nodes[node + 7] ?? 0;
                  const last = nodes[node + 8] ?? 0;
                  let slot = hash & last;
                  while (
                    (tables[first + slot * 2] ?? 0) !== hash &&
                    tables[first + slot * 2] !== FREE
                  ) {
                    slot = (slot + 1) & last;
                  }
                  leaf =
                    tables[first + slot * 2] === hash ? (tables[first + slot * 2 + 1] ?? -1) : -1;
                  node = (nodes[node + 9] ?? -1) | 0;
                } else {
                  const value = (registers[field] ?? 0) >>> 0;
                  const first = nodes[node + 2] ?? 0;
                  const length = nodes[node + 3] ?? 0;
                  let low = 0;
                  let high = length | 0;
                  while (high - low > 1) {
                    const middle = (low + high) >> 1;
                    if ((tables[first + middle] ?? 0) >>> 0 <= value) low = middle;
                    else high = middle;
                  }
                  leaf = tables[first + length + low] ?? -1;
                  node = (nodes[node + 4] ?? -1) | 0;
                }
                if (leaf >= 0) {
                  answer = NEEDS_LOOKUP;
                  break running;
                }
              } else {
                node = -1;
              }
              if (leaf === -1) continue;
              const number = (-2 - leaf) | 0;
              const place = number >> 1;
              if ((number & 1) === 0) {
                if (place >= pc && place < best) best = place;
                continue;
              }
              const length = lists[place] ?? 0;
              if (length > LONG_LIST) {
                answer = NEEDS_LOOKUP;
                break running;
              }
              for (let item = 1; item <= length; item++) {
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
            registers[IN] = code[pc + 2] === 1 ? 0 : cameFrom;
            if (code[pc + 4] !== 1) seenOut = leavesBy;
            registers[OUT] = code[pc + 3] === 1 ? 0 : seenOut;
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
              (operation === ROUTE_IF_MARKED && registers[ENTRY_MARK] === mark) ||
              (operation === ROUTE_IF_TRANSLATED && moved !== 1)
            ) {
              pc = (pc + 1) | 0;
              break;
            }
            if (sourceClass < 0) {
              sourceClass = classAt(classes, registers, SOURCE) | 0;
            }
            if (destinationClass < 0) {
              destinationClass = classAt(classes, registers, DESTINATION) | 0;
            }
            const asker = askerOf(cameFrom, mark, marks);
            const ownClass = sourceClass;
            const otherClass = destinationClass;
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
            decided = decision;
            const kind = kinds[decision] ?? 0;
            const device = devices[decision] ?? 0;
            if (kind >= ENDS) {
              if (device !== 0) leavesBy = device;
              answer = (kind - ENDS) | 0;
              break running;
            }
            if (kind === TO_NODE) {
              pc = (code[pc + 1] ?? 0) | 0;
              break;
            }
            if (kind !== TO_WIRE) break running;
            leavesBy = device;
            if (operation === ROUTE_OUT) seenOut = leavesBy;
            if (operation !== ROUTE_IN) {
              pc = (pc + 1) | 0;
              break;
            }
            if (ttl <= 1) break running;
            ttl = (ttl - 1) | 0;
            pc = (code[pc + 2] ?? 0) | 0;
            break;
          }
          case NOTE_MARK:
            registers[ENTRY_MARK] = mark;
            pc = (pc + 1) | 0;
            break;
          case FINISH:
            answer = (code[pc + 1] ?? 0) | 0;
            break running;
          case LEAVE_BY_WIRE:
            if (leavesBy !== machine.loopback) answer = (code[pc + 1] ?? 0) | 0;
            break running;
          case RECALL: {
            if (noting >= 0) {
              pc = (pc + 1) | 0;
              break;
            }
            const { slots: found, last } = recollection;
            const between = (cameFrom << 16) | leavesBy;
            const kind = ((registers[TCP_FLAGS] ?? 0) << 16) | (protocol << 8) | translated;
            let slot = slotOf(pc ^ mark, between, kind) & last;
            let place = slot * WAY_SLOT;
            while (
              found[place] !== 0 &&
              (found[place] !== pc ||
                found[place + 1] !== mark ||
                found[place + 2] !== between ||
                found[place + 3] !== kind)
            ) {
              slot = (slot + 1) & last;
              place = (slot * WAY_SLOT) | 0;
            }
            if (found[place] === 0) {
              noting = place | 0;
              machine.notedAt = pc;
              machine.notedMark = mark;
              machine.notedDevices = between;
              machine.notedKind = kind;
              machine.triedBefore = tried;
              machine.matchedBefore = matchedCount;
              pc = (pc + 1) | 0;
              break;
            }
            const length = found[place + 8] ?? 0;
            if (matchedCount + length > matched.length) {
              answer = NEEDS_ROOM;
              break running;
            }
            const { rules } = recollection;
            const first = found[place + 7] ?? 0;
            for (let item = 0; item < length; item++)
              matched[matchedCount + item] = rules[first + item] ?? 0;
            matchedCount = (matchedCount + length) | 0;
            tried = (tried + (found[place + 5] ?? 0)) | 0;
            mark = (found[place + 6] ?? 0) | 0;
            registers[MARK] = mark;
            answer = (found[place + 4] ?? 0) | 0;
            break running;
          }
          case LEAVE:
            break running;
          default:
            answer = matchedCount === matched.length ? NEEDS_ROOM : NEEDS_STEP;
            break running;
        }
      }
    }
    if (answer < 0) break;
    if (noting >= 0) {
      verdict = answer;
      answer = NEEDS_NOTE;
      break;
    }
    verdicts[at] = answer;
    triedOf[at] = tried;
    marksAfter[at] = mark;
    portsBefore[at] = sourceKey;
    portsAfter[at] = destinationKey;
    leftBy[at] = leavesBy;
    matchedEnd[at] = matchedCount;
    if (words === 1) {
      sourcesAfter[at] = source;
      destinationsAfter[at] = destination;
    } else {
      for (let word = 0; word < 4; word++) {
        sourcesAfter[at * 4 + word] = registers[SOURCE + word] ?? 0;
        destinationsAfter[at * 4 + word] = registers[DESTINATION + word] ?? 0;
      }
    }
    at = (at + 1) | 0;
    pc = NEXT_PACKET;
  }
  registers[SOURCE_KEY] = sourceKey;
  registers[DESTINATION_KEY] = destinationKey;
  registers[TTL] = ttl;
  registers[CAME_BY] = cameFrom;
  registers[LEAVES_BY] = leavesBy;
  registers[SEEN_OUT] = seenOut;
  registers[SOURCE_CLASS] = sourceClass;
  registers[DESTINATION_CLASS] = destinationClass;
  registers[DECISION] = decided;
  registers[TRANSLATED] = translated;
  registers[MOVED] = moved;
  machine.pc = pc;
  machine.from = from;
  machine.depth = depth;
  machine.afterTable = afterTable;
  machine.dropsByPolicy = dropsByPolicy;
  machine.tried = tried;
  machine.matchedCount = matchedCount;
  machine.firstDraw = firstDraw;
  machine.firstMatch = firstMatch;
  machine.verdict = verdict;
  machine.dice.ahead.next = next;
  machine.at = at;
  machine.noting = noting;
  return answer;
}
