import type { DrawsAhead } from "../../choose/types.js";
import type { PacketBatch } from "../batch.js";
import { load } from "../load.js";
import type { Machine } from "../machine.js";
import type { BatchResult, RuleLists } from "../result.js";
import { ask, fetch } from "./ask.js";
import { conclude } from "./conclude.js";
import * as courses from "./course.js";
import { LEAST_AT_ONCE, MOST_AT_ONCE, startCourse, type Course } from "./course.js";
import { drawOn } from "./draw-on.js";
import { findPlans } from "./find.js";
import { PlanMaker } from "./make-plan.js";
import { LEAVING } from "./nodes.js";
import { Plans } from "./plans.js";

const { NEEDS_DRAWS, NEW, PASSED, SEEN, UNMADE } = courses;

/** The plans of a program, which grow with what is asked of them. */
export class Planner {
  readonly #machine: Machine;
  readonly #plans: Plans;
  readonly #maker: PlanMaker;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#plans = new Plans(machine);
    this.#maker = new PlanMaker(machine, this.#plans);
  }

  /** A batch at its first packet. */
  begin(packets: PacketBatch, out: BatchResult, ahead: DrawsAhead, cameBy: Int32Array): Course {
    const parts = { machine: this.#machine, plans: this.#plans };
    return startCourse({ ...parts, packets, out, ahead, cameBy });
  }

  /** How much is planned, in numbers: the same again when a batch found all it came to. */
  get size(): number {
    return this.#plans.nodes.length + this.#plans.settled.length;
  }

  /** Where rules stand that results point to. */
  get lists(): Pick<RuleLists, "planned" | "places"> {
    return { planned: this.#plans.lists.items, places: this.#plans.listPlaces.items };
  }

  /** Answers packets by plans, up to one that is to be run by itself; false: all are done. */
  advance(course: Course): boolean {
    const { ahead } = course;
    while (course.at < course.packets.count) {
      const found = findPlans(course);
      const { isLarge } = this.#plans;
      if (isLarge) fetch(course, false);
      ask(course);
      if (isLarge) fetch(course, false);
      const drawn = drawOn(course);
      if (isLarge) fetch(course, true);
      const { end } = course;
      const settled = conclude(course);
      // Where the group was cut short nothing is known of the packets behind.
      const whole = course.end === end && settled === PASSED;
      const answer = whole ? (drawn === PASSED ? found : drawn) : settled;
      this.#resize(course, drawn, whole);
      course.at = course.end;
      switch (answer) {
        case PASSED:
          break;
        case NEEDS_DRAWS:
          ahead.more(ahead.next);
          ahead.next = 0;
          break;
        case UNMADE:
          if (this.#plans.isFull) return true;
          this.#maker.branch(course.node, course.item);
          break;
        case NEW:
          if (!this.#plans.isFull) this.#plans.put(course.slot, this.#keyOf(course));
          return true;
        case SEEN:
          if (this.#plans.isFull) return true;
          this.#plans.setFirst(course.slot, this.#planFor(course));
          break;
        default:
          return true;
      }
    }
    return false;
  }

  /** Groups shrink where packets behind are looked up in vain. */
  #resize(course: Course, drawn: number, whole: boolean): void {
    if (whole && drawn === PASSED) course.group = Math.min(MOST_AT_ONCE, course.group * 2);
    else if (drawn !== NEEDS_DRAWS) course.group = Math.max(LEAST_AT_ONCE, course.group >> 1);
  }

  #keyOf({ packets, at, traits, sourceClass }: Course): readonly number[] {
    const { words } = this.#machine;
    const destination = packets.destination.subarray(at * words, (at + 1) * words);
    return [...destination, (traits << 16) | (packets.destinationPort[at] ?? 0), sourceClass];
  }

  /** The plan for the packet that the course stands at and all that are alike. */
  #planFor({ packets, at, cameBy, sourceClass }: Course): number {
    const standing = this.#maker.standing();
    // What the source alone could be refused for, its class is refused for.
    if (!load(this.#machine, cameBy, packets, at, standing)) return LEAVING;
    standing.openSource(sourceClass);
    return this.#maker.make(standing);
  }
}
