import * as courses from "./course.js";
import type { Course } from "./course.js";
import { followOn } from "./follow.js";
import { writeManner } from "./manner.js";
import * as nodeNames from "./nodes.js";

/* Bound to names of this module, the kinds of ends are constants to V8's compiler. */
const { END_KEY, END_MANNER, END_MANNER_MASK, ENDS, ENDS_OR_OWN, KIND_MASK } = nodeNames;
const { LEADS_ON, PLACE } = nodeNames;
const { LACKS_ANSWER, PASSED } = courses;

/**
 * Writes what became of the packets of a group, which have come to ends; up to one whose end is not
 * made, before which the group then ends. What many have in common `writeManner` writes, later.
 */
export function conclude(course: Course): number {
  const { machine, plans, packets, out, reached, at: start, end: stop } = course;
  const { words } = machine;
  const { endLength } = plans;
  const ends = plans.ends.items;
  const { source: sources } = packets;
  const { tried: triedOf, destinationPort: ports, destination: destinations, list: lists } = out;
  let { manner } = course;
  for (let at = start | 0; at < stop; at = (at + 1) | 0) {
    let number = (reached[at - start] ?? 0) >> PLACE;
    let end = Math.imul(number, endLength);
    let head = (ends[end] ?? 0) | 0;
    const kind = head & KIND_MASK;
    if (kind !== ENDS && (kind !== ENDS_OR_OWN || ((sources[at] ?? 0) | 0) === ends[end + 2])) {
      number = settle(course, at, number) | 0;
      if (number === 0) return course.missing;
      end = Math.imul(number, endLength);
      head = (ends[end] ?? 0) | 0;
    }
    const own = (head >> END_MANNER) & END_MANNER_MASK;
    if (own !== manner) {
      writeManner(course, at);
      course.manner = own;
      manner = own;
    }
    ports[at] = head >>> END_KEY;
    triedOf[at] = ends[end + 1] ?? 0;
    lists[at] = number;
    if (words === 1) destinations[at] = ends[end + 2] ?? 0;
    else write6(destinations, at << 2, ends, end + 2);
  }
  return PASSED;
}

function write6(into: Uint32Array, at: number, from: Int32Array, place: number): void {
  for (let word = 0; word < 4; word++) into[at + word] = from[place + word] ?? 0;
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
        course.missing = LACKS_ANSWER;
        return 0;
    }
  }
}
