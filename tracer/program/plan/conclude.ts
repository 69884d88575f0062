import { lotOfRound, pickOf } from "../../choose/luck.js";
import { leastPort, mostPort } from "../pick-port.js";
import * as courses from "./course.js";
import type { Course } from "./course.js";
import { followOn } from "./follow.js";
import * as nodeNames from "./nodes.js";

/* Bound to names of this module, the kinds of ends are constants to V8's compiler. */
const { DRAWS_PORT, END_KEY, END_MANNER, END_MANNER_MASK } = nodeNames;
const { ENDS, ENDS_OR_OWN, KEEPS_PORT, KIND_MASK, LEADS_ON, MANNER_LENGTH, PLACE } = nodeNames;
const { PASSED, UNMADE } = courses;

/**
 * Writes what became of the packets of a group, which have come to ends; up to one whose end is not
 * made, before which the group then ends.
 */
export function conclude(course: Course): number {
  const { machine, plans, packets, out, reached, lots, at: start, end: stop } = course;
  const { words } = machine;
  const { endLength } = plans;
  const ends = plans.ends.items;
  const manners = plans.manners.items;
  const { source: sources, sourcePort: sourcePorts } = packets;
  const { verdict: verdicts, tried: triedOf, mark: marksAfter, sourcePort: portsBefore } = out;
  const { destinationPort: portsAfter, outInterface: interfaces, list: lists } = out;
  const { source: sourcesAfter, destination: destinationsAfter } = out;
  // The manner of the packet before, which many have too.
  let knownManner = -1;
  let verdict = 0;
  let mark = 0;
  let leftBy = 0;
  let fate = 0;
  let isReplaced = false;
  let replaced = 0;
  for (let at = start | 0; at < stop; at = (at + 1) | 0) {
    let number = (reached[at - start] ?? 0) >> PLACE;
    let end = Math.imul(number, endLength);
    let head = (ends[end] ?? 0) | 0;
    const kind = head & KIND_MASK;
    if (kind !== ENDS && (kind !== ENDS_OR_OWN || ((sources[at] ?? 0) | 0) === ends[end + 2])) {
      number = settle(course, at, number);
      if (number === 0) return course.missing;
      end = Math.imul(number, endLength);
      head = (ends[end] ?? 0) | 0;
    }
    const manner = (head >> END_MANNER) & END_MANNER_MASK;
    if (manner !== knownManner) {
      const place = manner * MANNER_LENGTH;
      knownManner = manner;
      verdict = manners[place] ?? 0;
      mark = manners[place + 1] ?? 0;
      leftBy = manners[place + 2] ?? 0;
      fate = manners[place + 3] ?? 0;
      isReplaced = manners[place + 5] === 1;
      replaced = manners[place + 6] ?? 0;
    }
    verdicts[at] = verdict;
    marksAfter[at] = mark;
    interfaces[at] = leftBy;
    if (fate === KEEPS_PORT) {
      portsBefore[at] = sourcePorts[at] ?? 0;
    } else if (fate === DRAWS_PORT) {
      const lot = lotOfRound(
        lots.row[at - lots.first] ?? 0,
        manners[manner * MANNER_LENGTH + 4] ?? 0,
      );
      portsBefore[at] = portOf(lot, sourcePorts[at] ?? 0);
    } else {
      portsBefore[at] = 0;
    }
    portsAfter[at] = head >>> END_KEY;
    triedOf[at] = ends[end + 1] ?? 0;
    lists[at] = number;
    if (words === 1) {
      destinationsAfter[at] = ends[end + 2] ?? 0;
      sourcesAfter[at] = isReplaced ? replaced : (sources[at] ?? 0);
    } else {
      writeAddresses6(course, at, end, isReplaced ? manner * MANNER_LENGTH + 6 : -1);
    }
  }
  return PASSED;
}

/**
 * The end that a packet comes to by way of this one; 0: something is missing, which
 * `Course.missing` tells, and the group ends before it.
 */
function settle(course: Course, at: number, from: number): number {
  const { plans, packets, reached, at: start } = course;
  const { endLength } = plans;
  const ends = plans.ends.items;
  let number = from;
  for (;;) {
    const end = number * endLength;
    switch ((ends[end] ?? 0) & KIND_MASK) {
      case ENDS:
        return number;
      case ENDS_OR_OWN:
        if (((packets.source[at] ?? 0) | 0) !== ends[end + 2]) return number;
        number = plans.owns.get(number);
        break;
      case LEADS_ON:
        course.missing = followOn(course, at, ends[end + 1] ?? 0);
        if (course.missing !== PASSED) return 0;
        number = (reached[at - start] ?? 0) >> PLACE;
        break;
      default:
        course.node = ends[end + 1] ?? 0;
        course.answer = ends[end + 2] ?? 0;
        course.end = at;
        course.missing = UNMADE;
        return 0;
    }
  }
}

/** `replaced`: where in `Plans.manners` the new source stands, -1 for none. */
function writeAddresses6(course: Course, at: number, end: number, replaced: number): void {
  const { plans, packets, out } = course;
  for (let word = 0; word < 4; word++) {
    const place = (at << 2) + word;
    out.destination[place] = plans.ends.get(end + 2 + word);
    out.source[place] =
      replaced < 0 ? (packets.source[place] ?? 0) : plans.manners.get(replaced + word);
  }
}

/** The source port that a lot picks for a packet that came with another one. */
function portOf(lot: number, before: number): number {
  const least = leastPort(before);
  return least + pickOf(lot, mostPort(before) - least + 1);
}
