import { PROBABILITY_GRID } from "../../../engine/iptables/probability.js";
import { Luck } from "../../choose/luck.js";
import { failItem, firstItem, itemCount, takeItem, takeNone, waysOf } from "../draws.js";
import { DESTINATION, SOURCE, SOURCE_PORT } from "../fields.js";
import type { Machine } from "../machine.js";
import * as needs from "../needs.js";
import { operate } from "../operate.js";
import { pickPort } from "../pick-port.js";
import { DESTINATION_KEY, ICMP_TYPE, LEAVES_BY, PORT_OPEN } from "../registers.js";
import { Standing } from "../standing.js";
import * as kinds from "./nodes.js";
import { ANSWERS, FIRST_END, IS_END, LEAVING, PLACE, QUESTION_LENGTH } from "./nodes.js";
import type { Plans } from "./plans.js";
import type { AskedPrefix } from "./source-kinds.js";

/** One part of a plan asks about the source so often, on all its ways together; then it leaves. */
const MOST_QUESTIONS = 256;

/** Makes the nodes of plans by running packets whose source and source port are open. */
export class PlanMaker {
  readonly #machine: Machine;
  readonly #plans: Plans;
  #questions = 0;
  /** To be used again: a new one costs a microsecond. */
  readonly #idle: Standing[] = [];
  /** Those that nodes begin from that are still to be made. */
  readonly #kept = new Set<Standing>();
  readonly #luck = new Luck();
  /** What IPv4 sources were asked for, last. */
  readonly asked: AskedPrefix[] = [];

  constructor(machine: Machine, plans: Plans) {
    this.#machine = machine;
    this.#plans = plans;
  }

  /** The plan of packets of a key that stand at their start: its place. */
  plan(key: readonly number[], standing: Standing): number {
    const { nodes } = this.#plans;
    const place = nodes.length;
    nodes.pushAll(key);
    const first = this.#make(standing);
    // Nodes of a plan come one after the other; there is none where it is settled from the start.
    if (nodes.length === place + key.length) nodes.pushAll([kinds.GOES_ON, first]);
    return place;
  }

  /** A plan of packets of a key that are run one by one. */
  leave(key: readonly number[]): number {
    const { nodes } = this.#plans;
    const place = nodes.length;
    nodes.pushAll([...key, kinds.LEAVES]);
    return place;
  }

  /**
   * Makes what an answer of a node that draws leads to. Ends are made when a packet comes to them: of a
   * thousand endpoints most plans need few. False: nothing is known of such a node.
   */
  answer(node: number, answer: number): boolean {
    const { open, nodes, ends, endLength } = this.#plans;
    const draws = open.get(node);
    if (draws === undefined) return false;
    const end = this.#firstEnd(node) + answer;
    const standing = this.#copyOf(draws.standing);
    const reference = this.#answer(standing, answer, nodes.get(node + ANSWERS) - 1, end);
    if (reference !== ((end << PLACE) | IS_END)) {
      ends.set(end * endLength, kinds.LEADS_ON);
      ends.set(end * endLength + 1, reference);
      this.#plans.made++;
    }
    if (--draws.left === 0) {
      open.delete(node);
      this.#kept.delete(draws.standing);
      this.#idle.push(draws.standing);
    }
    return true;
  }

  /** The number of the end that the first answer of a node leads to. */
  #firstEnd(node: number): number {
    const { nodes, ends, endLength } = this.#plans;
    const known = nodes.get(node + FIRST_END);
    if (known !== 0) return known;
    const count = nodes.get(node + ANSWERS);
    const first = this.#plans.addEnds(count);
    for (let answer = 0; answer < count; answer++) {
      ends.set((first + answer) * endLength + 1, node);
      ends.set((first + answer) * endLength + 2, answer);
    }
    nodes.set(node + FIRST_END, first);
    return first;
  }

  /** What follows where draw `answer` is the first to succeed; of the number of `draws`: where none is. */
  #answer(standing: Standing, answer: number, draws: number, end: number): number {
    const { luck } = standing;
    const first = firstItem(this.#machine, standing);
    const ways = this.#drawsAt(standing);
    for (let at = 0; at < answer; at++) {
      luck.decided(luck.split(ways[at] ?? 0, PROBABILITY_GRID), false);
      failItem(this.#machine, standing, first + at);
    }
    if (answer < draws) {
      luck.decided(luck.split(ways[answer] ?? 0, PROBABILITY_GRID), true);
      if (!takeItem(this.#machine, standing, first + answer)) return LEAVING;
    }
    return this.#make(standing, end);
  }

  /** One to begin with, as whoever used it last left it; `plan` takes it back. */
  standing(): Standing {
    return this.#idle.pop() ?? new Standing();
  }

  /** Nothing is left to be made of what was begun. */
  forgetOpen(): void {
    this.#kept.clear();
  }

  #copyOf(standing: Standing): Standing {
    const copy = this.standing();
    copy.copyFrom(standing);
    return copy;
  }

  #make(standing: Standing, end?: number): number {
    this.#questions = 0;
    return this.#nodeOf(standing, end);
  }

  /**
   * Runs on to the next thing that is open. The standing is used up by it. `end`: the number of the end
   * that is to be made, if it comes to one.
   */
  #nodeOf(standing: Standing, end?: number): number {
    const node = this.#next(standing, end);
    if (!this.#kept.has(standing)) this.#idle.push(standing);
    return node;
  }

  #next(standing: Standing, end?: number): number {
    for (;;) {
      const need = operate(this.#machine, standing);
      if (need >= 0) return this.#end(standing, need, end);
      switch (need) {
        case needs.ASKS_SOURCE:
        case needs.ASKS_PORT:
          return this.#ask(standing, need, end);
        case needs.PICKS_PORT:
          pickPort(standing.registers, () => undefined);
          standing.portRound = standing.luck.picked();
          // What is known is of the port that it had before.
          standing.portFacts = undefined;
          break;
        case needs.DRAWS_HERE: {
          const ways = this.#drawsAt(standing);
          if (ways.length > 0) return this.#draw(standing, ways);
          if (!this.#passDraws(standing)) return LEAVING;
          break;
        }
        default:
          return LEAVING;
      }
    }
  }

  /** The ways of the draws that come one after the other. */
  #drawsAt(standing: Standing): readonly number[] {
    const ways: number[] = [];
    const count = itemCount(this.#machine, standing);
    for (let at = firstItem(this.#machine, standing); at < count; at++) {
      const own = waysOf(this.#machine, standing, at);
      if (own === 0) break;
      ways.push(own);
    }
    return ways;
  }

  /** Where nothing is drawn any more: the rule that always matches, or none. False: too deep. */
  #passDraws(standing: Standing): boolean {
    const first = firstItem(this.#machine, standing);
    if (first < itemCount(this.#machine, standing)) {
      return takeItem(this.#machine, standing, first);
    }
    takeNone(this.#machine, standing);
    return true;
  }

  #end(standing: Standing, verdict: number, end?: number): number {
    const { registers, rules, ruleCount, tried, knowsSource } = standing;
    const plans = this.#plans;
    const { ends, lists, listPlaces, endLength } = plans;
    const { words } = this.#machine;
    const source = knowsSource ? [1, ...registers.subarray(SOURCE, SOURCE + words)] : [0];
    const out = registers[LEAVES_BY] ?? 0;
    const port = portFate(registers);
    const round = port === kinds.DRAWS_PORT ? standing.portRound : 0;
    const manner = plans.addManner([verdict, standing.mark, out, port, round, ...source]);
    if (manner === undefined) return LEAVING;
    const key = registers[DESTINATION_KEY] ?? 0;
    const number = end ?? plans.addEnds(1);
    const place = number * endLength;
    ends.set(place, kinds.ENDS | (manner << kinds.END_MANNER) | (key << kinds.END_KEY));
    ends.set(place + 1, tried);
    for (let word = 0; word < words; word++) {
      ends.set(place + 2 + word, registers[DESTINATION + word] ?? 0);
    }
    listPlaces.set(number, lists.length);
    lists.push(ruleCount);
    lists.pushAll(rules.subarray(0, ruleCount));
    plans.made++;
    return (number << PLACE) | IS_END;
  }

  #ask(standing: Standing, need: number, end?: number): number {
    // A port that was drawn is not known before the packet comes.
    const drawn = need === needs.ASKS_PORT && standing.registers[PORT_OPEN] === 1;
    if (++this.#questions > MOST_QUESTIONS || drawn) return LEAVING;
    const { nodes } = this.#plans;
    const source = need === needs.ASKS_SOURCE;
    const { askedWord, askedMask, askedValue, askedLeast, askedMost } = standing;
    if (source && this.#machine.words === 1)
      this.asked.push({ mask: askedMask, value: askedValue });
    const holding = this.#copyOf(standing);
    for (const [holds, one] of [
      [true, holding],
      [false, standing],
    ] as const) {
      if (source) one.learnSource(askedWord, askedMask, askedValue, holds);
      else one.learnPort(askedLeast, askedMost, holds);
    }
    // Before its answers, so that packets find what they need first where they begin.
    const place = nodes.reserve(QUESTION_LENGTH, 0);
    let no = this.#next(standing, end);
    const yes = this.#nodeOf(holding);
    if (source && askedMask === -1 && this.#joinOwn(no, yes, askedValue)) {
      nodes.dropFrom(place);
      return no;
    }
    // The end that was to be made is reached by way of this node.
    if (end !== undefined && no === ((end << PLACE) | IS_END)) no = this.#moveEnd(end);
    const asked = source
      ? [kinds.ASKS_SOURCE | (askedWord << kinds.KIND_BITS), askedMask, askedValue, yes, no]
      : [kinds.ASKS_PORT, askedLeast, askedMost, yes, no];
    for (const [at, number] of asked.entries()) nodes.set(place + at, number);
    return place << PLACE;
  }

  /**
   * IPv4: makes one end of two, where one is the other's for packets whose source is its destination.
   * Nothing may have been made since but these.
   */
  #joinOwn(no: number, yes: number, destination: number): boolean {
    const { ends, endLength, owns } = this.#plans;
    if (this.#machine.words !== 1 || (no & yes & IS_END) === 0) return false;
    const place = (no >> PLACE) * endLength;
    const head = ends.get(place);
    const own = ends.get((yes >> PLACE) * endLength);
    if ((head & kinds.KIND_MASK) !== kinds.ENDS || (own & kinds.KIND_MASK) !== kinds.ENDS)
      return false;
    if (ends.get(place + 2) !== destination) return false;
    ends.set(place, (head & ~kinds.KIND_MASK) | kinds.ENDS_OR_OWN);
    owns.set(no >> PLACE, yes >> PLACE);
    return true;
  }

  /** To a place of its own; a reference to it there. */
  #moveEnd(end: number): number {
    const { ends, endLength, listPlaces, owns } = this.#plans;
    const moved = this.#plans.addEnds(1);
    for (let at = 0; at < endLength; at++) {
      ends.set(moved * endLength + at, ends.get(end * endLength + at));
    }
    listPlaces.set(moved, listPlaces.get(end));
    owns.set(moved, owns.get(end));
    return (moved << PLACE) | IS_END;
  }

  #draw(standing: Standing, ways: readonly number[]): number {
    const { nodes, open, tables } = this.#plans;
    const luck = this.#luck;
    luck.copyFrom(standing.luck);
    const place = nodes.length;
    const { table, answers, round } = tables.tableOf(luck, ways);
    nodes.pushAll([kinds.DRAWS | (round << kinds.KIND_BITS), table, 0, answers]);
    open.set(place, { standing, left: answers });
    this.#kept.add(standing);
    return place << PLACE;
  }
}

function portFate(registers: Int32Array): number {
  if (registers[PORT_OPEN] === 1) return kinds.DRAWS_PORT;
  const has = (registers[SOURCE_PORT] ?? 0) >= 0 || (registers[ICMP_TYPE] ?? 0) >= 0;
  return has ? kinds.KEEPS_PORT : kinds.NO_PORT;
}
