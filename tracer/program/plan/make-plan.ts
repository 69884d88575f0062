import { failItem, firstItem, itemCount, takeItem, takeNone, waysOf } from "../draws.js";
import { DESTINATION, SOURCE, SOURCE_PORT } from "../fields.js";
import type { Machine } from "../machine.js";
import * as needs from "../needs.js";
import { operate } from "../operate.js";
import { pickPort } from "../pick-port.js";
import { DESTINATION_KEY, ICMP_TYPE, LEAVES_BY, PORT_OPEN } from "../registers.js";
import { Standing } from "../standing.js";
import * as kinds from "./nodes.js";
import { END_LENGTH_4, FIRST_DRAW, LEAVING, PLACE } from "./nodes.js";
import type { Plans } from "./plans.js";

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

  constructor(machine: Machine, plans: Plans) {
    this.#machine = machine;
    this.#plans = plans;
  }

  /** A reference to the first node of the plan of a packet that stands at its start. */
  make(standing: Standing): number {
    this.#questions = 0;
    return this.#nodeOf(standing);
  }

  /**
   * Makes what follows where draw `item` of a node succeeds; -1: where all fail. Nodes are made when
   * a packet comes to them: of a thousand endpoints most plans need few.
   */
  branch(node: number, item: number): void {
    const { open, nodes } = this.#plans;
    const start = open.get(node);
    if (start === undefined) return;
    const standing = this.#copyOf(start);
    const first = firstItem(this.#machine, standing);
    const taken = item < 0 ? this.#drawsAt(standing).length : item;
    for (let at = 0; at < taken; at++) failItem(this.#machine, standing, first + at);
    const goesOn = item < 0 || takeItem(this.#machine, standing, first + item);
    const made = goesOn ? this.make(standing) : LEAVING;
    nodes.set(node + FIRST_DRAW + item, made);
    const end = node + FIRST_DRAW + nodes.get(node + 1);
    if (!nodes.items.subarray(node + FIRST_DRAW - 1, end).includes(0)) {
      open.delete(node);
      this.#kept.delete(start);
      this.#idle.push(start);
    }
  }

  /** One to begin with, as whoever used it last left it; `make` takes it back. */
  standing(): Standing {
    return this.#idle.pop() ?? new Standing();
  }

  #copyOf(standing: Standing): Standing {
    const copy = this.standing();
    copy.copyFrom(standing);
    return copy;
  }

  /** Runs on to the next thing that is open. The standing is used up by it. */
  #nodeOf(standing: Standing): number {
    const node = this.#next(standing);
    if (!this.#kept.has(standing)) this.#idle.push(standing);
    return node;
  }

  #next(standing: Standing): number {
    for (;;) {
      const need = operate(this.#machine, standing);
      if (need >= 0) return this.#end(standing, need);
      switch (need) {
        case needs.ASKS_SOURCE:
        case needs.ASKS_PORT:
          return this.#ask(standing, need);
        case needs.PICKS_PORT:
          pickPort(standing.registers, () => undefined);
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

  #end(standing: Standing, verdict: number): number {
    const { registers, rules, ruleCount, tried, knowsSource } = standing;
    const plans = this.#plans;
    const { nodes, settled, lists, listPlaces } = plans;
    const { words } = this.#machine;
    const source = knowsSource ? [1, ...registers.subarray(SOURCE, SOURCE + words)] : [0];
    const out = registers[LEAVES_BY] ?? 0;
    const manner = plans.addManner([verdict, standing.mark, out, portFate(registers), ...source]);
    if (manner === undefined) return LEAVING;
    const key = registers[DESTINATION_KEY] ?? 0;
    const place = settled.length;
    settled.push(kinds.ENDS | (manner << kinds.END_MANNER) | (key << kinds.END_KEY));
    settled.push(tried);
    settled.pushAll(registers.subarray(DESTINATION, DESTINATION + words));
    listPlaces.reserve(place - listPlaces.length, 0);
    listPlaces.push(lists.length);
    lists.push(ruleCount);
    lists.pushAll(rules.subarray(0, ruleCount));
    const end = (place << PLACE) | kinds.SETTLED;
    if (registers[PORT_OPEN] !== 1) return end;
    nodes.pushAll([kinds.PICKS, end]);
    return (nodes.length - 2) << PLACE;
  }

  #ask(standing: Standing, need: number): number {
    // A port that is drawn at the end would be drawn before what is drawn or asked after it.
    if (++this.#questions > MOST_QUESTIONS || standing.registers[PORT_OPEN] === 1) {
      return LEAVING;
    }
    const source = need === needs.ASKS_SOURCE;
    const { askedWord, askedMask, askedValue, askedLeast, askedMost } = standing;
    const holding = this.#copyOf(standing);
    for (const [holds, one] of [
      [true, holding],
      [false, standing],
    ] as const) {
      if (source) one.learnSource(askedWord, askedMask, askedValue, holds);
      else one.learnPort(askedLeast, askedMost, holds);
    }
    const yes = this.#nodeOf(holding);
    const no = this.#next(standing);
    const settled = this.#settledOf(yes, no);
    if (settled !== 0 && source && askedMask === -1 && this.#isEndBefore(no, askedValue)) {
      const own = this.#plans.settled.length;
      this.#plans.settled.pushAll([kinds.ASKS_OWN, yes]);
      return (own << PLACE) | settled;
    }
    const row = settled === 0 ? this.#plans.nodes : this.#plans.settled;
    const place = row.length;
    if (source) row.pushAll([kinds.ASKS_SOURCE, askedMask, askedValue, yes, no, askedWord]);
    else row.pushAll([kinds.ASKS_PORT, askedLeast, askedMost, yes, no]);
    return (place << PLACE) | settled;
  }

  /** How settled a question is that leads to these nodes. */
  #settledOf(yes: number, no: number): number {
    if ((yes & no & kinds.SETTLED) !== 0) return kinds.SETTLED;
    // Where all ways draw a port it had better be drawn at once.
    const some = ((yes | no) & kinds.EITHER_SETTLED) !== 0;
    return some && this.#isNear(yes) && this.#isNear(no) ? kinds.NEARLY_SETTLED : 0;
  }

  #isNear(reference: number): boolean {
    if ((reference & kinds.EITHER_SETTLED) !== 0) return true;
    return this.#plans.nodes.get(reference >> PLACE) === kinds.PICKS;
  }

  /** The last node that was made is an IPv4 end with this destination. */
  #isEndBefore(reference: number, destination: number): boolean {
    const { settled } = this.#plans;
    const place = reference >> PLACE;
    return (
      this.#machine.words === 1 &&
      (reference & kinds.SETTLED) !== 0 &&
      place + END_LENGTH_4 === settled.length &&
      (settled.get(place) & kinds.KIND_MASK) === kinds.ENDS &&
      settled.get(settled.length - 1) === destination
    );
  }

  #draw(standing: Standing, ways: readonly number[]): number {
    if (standing.registers[PORT_OPEN] === 1) return LEAVING;
    const { nodes, open } = this.#plans;
    const place = nodes.length;
    nodes.pushAll([kinds.DRAWS, ways.length, this.#plans.addWays(ways)]);
    nodes.reserve(ways.length + 1, 0);
    open.set(place, standing);
    this.#kept.add(standing);
    return place << PLACE;
  }
}

function portFate(registers: Int32Array): number {
  if (registers[PORT_OPEN] === 1) return kinds.DRAWS_PORT;
  const has = (registers[SOURCE_PORT] ?? 0) >= 0 || (registers[ICMP_TYPE] ?? 0) >= 0;
  return has ? kinds.KEEPS_PORT : kinds.NO_PORT;
}
