import type { PacketBatch } from "../batch.js";
import { load } from "../load.js";
import type { LotsAhead } from "../lots-ahead.js";
import type { Machine } from "../machine.js";
import type { BatchResult, RuleLists } from "../result.js";
import { conclude } from "./conclude.js";
import * as courses from "./course.js";
import { Course, LEAST_AT_ONCE, MOST_AT_ONCE } from "./course.js";
import { fetchEnds, fetchPlans } from "./fetch.js";
import { findPlans } from "./find.js";
import { follow } from "./follow.js";
import { writeManner } from "./manner.js";
import { PlanMaker } from "./make-plan.js";
import { Plans } from "./plans.js";

const { LACKS_ANSWER, NEW, PASSED, SEEN } = courses;

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
  begin(packets: PacketBatch, out: BatchResult, lots: LotsAhead, cameBy: Int32Array): Course {
    const parts = { machine: this.#machine, plans: this.#plans };
    return new Course({ ...parts, packets, out, lots, cameBy });
  }

  /** How much is planned and was: the same again when a batch found all it came to. */
  get size(): number {
    return this.#plans.nodes.length + this.#plans.made;
  }

  /** Where rules stand that results point to. */
  get lists(): Pick<RuleLists, "planned" | "places"> {
    return { planned: this.#plans.lists.items, places: this.#plans.listPlaces.items };
  }

  /** Answers packets by plans, up to one that is to be run by itself; false: all are done. */
  advance(course: Course): boolean {
    course.mannerFrom = course.at;
    const isLeft = this.#advance(course);
    writeManner(course, course.at);
    return isLeft;
  }

  #advance(course: Course): boolean {
    const { lots, packets } = course;
    while (course.at < packets.count) {
      // Lots are there until what was drawn by them is written.
      if (course.at === lots.end) {
        writeManner(course, course.at);
        lots.reach(course.at);
        course.areAlike = course.alike.areAlike(lots.first, lots.end);
      }
      if (!lots.isWhole) return true;
      const found = findPlans(course);
      const { isLarge } = this.#plans;
      if (isLarge) fetchPlans(course);
      const followed = follow(course);
      if (isLarge) fetchEnds(course);
      const concluded = conclude(course);
      // Where the group was cut short nothing is known of the packets behind.
      const cut = concluded === PASSED ? followed : concluded;
      this.#resize(course, cut === PASSED);
      course.at = course.end;
      switch (cut === PASSED ? found : cut) {
        case PASSED:
          break;
        case LACKS_ANSWER:
          if (this.#plans.isFull || !this.#maker.answer(course.node, course.answer)) return true;
          this.#tellApart();
          break;
        case NEW:
          if (!this.#plans.isFull) this.#plans.put(course.slot, course.hash);
          return true;
        case SEEN:
          if (this.#plans.isFull) return true;
          this.#plans.setPlan(course.slot, this.#planFor(course));
          this.#tellApart();
          break;
        default:
          return true;
      }
    }
    return false;
  }

  /** What plans had to ask sources for they need not ask from now on, if it can be known before. */
  #tellApart(): void {
    const { asked } = this.#maker;
    for (const prefix of asked) if (this.#plans.tellApart(prefix)) this.#maker.forgetOpen();
    asked.length = 0;
  }

  /** Groups shrink where packets behind are looked up in vain. */
  #resize(course: Course, whole: boolean): void {
    course.group = whole
      ? Math.min(MOST_AT_ONCE, course.group * 2)
      : Math.max(LEAST_AT_ONCE, course.group >> 1);
  }

  /** The place of a plan for the packet that the course stands at and all that are alike. */
  #planFor({ packets, at, cameBy, ownKey }: Course): number {
    const { words } = this.#machine;
    const { kinds } = this.#plans;
    const destination = packets.destination.subarray(at * words, (at + 1) * words);
    const key = [...destination, ownKey];
    const standing = this.#maker.standing();
    // What the source alone could be refused for, its class is refused for.
    if (!load(this.#machine, cameBy, packets, at, standing)) return this.#maker.leave(key);
    const { sourceClass, holds } = kinds.kind(kinds.kindAt(packets.source, at * words));
    standing.openSource(sourceClass);
    for (const [number, { mask, value }] of kinds.prefixes.entries()) {
      standing.learnSource(0, mask, value, holds[number] ?? false);
    }
    return this.#maker.plan(key, standing);
  }
}
