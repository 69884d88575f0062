import { lotOfRound } from "../../choose/luck.js";
import * as courses from "./course.js";
import type { Course } from "./course.js";
import * as tableNames from "./draw-tables.js";
import { slotOf } from "./find.js";
import * as nodeNames from "./nodes.js";
import { answerTo } from "./question.js";

/*
 * Bound to names of this module, the kinds of nodes are constants to V8's compiler; `| 0` tells it
 * that a number stays within 32 bits.
 */
const { ANSWERS, ASKS_PORT, ASKS_SOURCE, DRAWS, FIRST_END, GOES_ON } = nodeNames;
const { IS_END, KIND_BITS, KIND_MASK, PLACE, SEEN_ONCE, TABLE } = nodeNames;
const { FROM, GUIDE, LOW, STRETCHES } = tableNames;
const { ALONE, LACKS_ANSWER, MOST_AT_ONCE, NEW, PASSED, SEEN } = courses;

/**
 * Takes the packets of a group to ends, up to one for which something is missing, before which the
 * group then ends.
 *
 * What nearly all packets come through, a question and draws among alike, is written out here and not
 * found by a loop over the kinds of nodes: at 100 Services a packet takes 11 ns by that, and took 17.
 */
export function follow(course: Course): number {
  const { machine, plans, packets, reached, lots, at: start, end } = course;
  const { words } = machine;
  const nodes = plans.nodes.items;
  const tables = plans.tables.row;
  const { source: sources, destination: destinations } = packets;
  const { row } = lots;
  const firstLot = lots.first | 0;
  for (let at = start | 0; at < end; at = (at + 1) | 0) {
    let plan = (reached[at - start] ?? 0) | 0;
    if (
      words !== 1 ||
      nodes[plan] !== ((destinations[at] ?? 0) | 0) ||
      nodes[plan + 1] !== reached[at - start + MOST_AT_ONCE]
    ) {
      plan = ownPlan(course, at) | 0;
      if (plan <= SEEN_ONCE) return plan === SEEN_ONCE ? SEEN : NEW;
    }
    let node = (plan + words + 1) | 0;
    let reference = node << PLACE;
    let head = (nodes[node] ?? 0) | 0;
    if (words === 1 && head === ASKS_SOURCE) {
      const holds = ((sources[at] ?? 0) & (nodes[node + 1] ?? 0)) === nodes[node + 2];
      reference = (nodes[node + (holds ? 3 : 4)] ?? 0) | 0;
      node = reference >> PLACE;
      head = (nodes[node] ?? 0) | 0;
    }
    if ((reference & IS_END) === 0 && head === DRAWS) {
      const lot = row[at - firstLot] ?? 0;
      const table = (nodes[node + TABLE] ?? 0) | 0;
      const stretch = ((lot - (tables[table + LOW] ?? 0)) * (tables[table + STRETCHES] ?? 0)) | 0;
      const answer = (tables[table + GUIDE + stretch] ?? 0) | 0;
      const from = (table + FROM + (nodes[node + ANSWERS] ?? 0) + answer) | 0;
      const first = (nodes[node + FIRST_END] ?? 0) | 0;
      if (first !== 0 && lot >= (tables[from] ?? 0) && lot < (tables[from + 1] ?? 0)) {
        reached[at - start] = ((first + answer) << PLACE) | IS_END;
        continue;
      }
    }
    const answer = followOn(course, at, reference);
    if (answer !== PASSED) return answer;
  }
  return PASSED;
}

/** The place of a packet's plan. If there is none the group ends before it. */
function ownPlan(course: Course, at: number): number {
  const slot = slotOf(course, at);
  const plan = course.plans.slots[slot] ?? 0;
  if (plan <= SEEN_ONCE) {
    course.slot = slot;
    course.ownKey = course.reached[at - course.at + MOST_AT_ONCE] ?? 0;
    course.end = at;
  }
  return plan;
}

/**
 * Takes one packet from the node that it has come to, or from an end, to an end. If something is
 * missing the group ends before it.
 */
export function followOn(course: Course, at: number, from: number): number {
  const { machine, plans, packets, reached, lots } = course;
  const { words } = machine;
  const nodes = plans.nodes.items;
  let reference = from | 0;
  while ((reference & IS_END) === 0) {
    const node = reference >> PLACE;
    const head = (nodes[node] ?? 0) | 0;
    switch (head & KIND_MASK) {
      case ASKS_SOURCE:
      case ASKS_PORT: {
        const first = words === 1 ? at : at << 2;
        const { source, sourcePort } = packets;
        reference = answerTo(nodes, node, source, first, sourcePort[at] ?? 0) | 0;
        break;
      }
      case DRAWS: {
        const lot = lotOfRound(lots.row[at - lots.first] ?? 0, head >> KIND_BITS);
        const answer = plans.tables.answerOf(
          nodes[node + TABLE] ?? 0,
          nodes[node + ANSWERS] ?? 0,
          lot,
        );
        const end = (nodes[node + FIRST_END] ?? 0) | 0;
        if (end === 0) {
          course.node = node;
          course.answer = answer;
          course.end = at;
          return LACKS_ANSWER;
        }
        reference = ((end + answer) << PLACE) | IS_END;
        break;
      }
      case GOES_ON:
        reference = (nodes[node + 1] ?? 0) | 0;
        break;
      default:
        course.end = at;
        return ALONE;
    }
  }
  reached[at - course.at] = reference;
  return PASSED;
}
