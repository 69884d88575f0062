import { pickOf } from "../../choose/types.js";
import { leastPort, mostPort } from "../pick-port.js";
import { NEEDS_DRAWS, PASSED, type Course } from "./course.js";
import * as nodeNames from "./nodes.js";
import { answerTo } from "./question.js";

/* Bound to names of this module, the kinds of nodes are constants to V8's compiler. */
const { ASKS_OWN, DRAWS_PORT, EITHER_SETTLED, END_KEY, END_LENGTH_4 } = nodeNames;
const { END_MANNER, END_MANNER_MASK, ENDS, KEEPS_PORT, KIND_MASK, MANNER_LENGTH, PLACE } =
  nodeNames;

/**
 * Writes what became of the packets of a group. Those that are nearly settled seldom draw, and
 * `drawOn` has gone on as if none did: where one draws a source port the group ends behind it, as all
 * that the next ones have drawn comes one later.
 */
export function conclude(course: Course): number {
  const { machine, plans, packets, out, references, starts, ahead, at: start, end } = course;
  const { words } = machine;
  const nodes = plans.settled.items;
  const manners = plans.manners.items;
  const { source: sources, sourcePort: sourcePorts } = packets;
  const { verdict: verdicts, tried: triedOf, mark: marksAfter, sourcePort: portsBefore } = out;
  const { destinationPort: portsAfter, outInterface: leftBy, list: lists } = out;
  const { source: sourcesAfter, destination: destinationsAfter } = out;
  let until = end | 0;
  for (let at = start | 0; at < until; at = (at + 1) | 0) {
    let reference = (references[at - start] ?? 0) | 0;
    let node = reference >> PLACE;
    let head = (nodes[node] ?? 0) | 0;
    while ((head & KIND_MASK) !== ENDS) {
      const kind = head & KIND_MASK;
      if (kind === ASKS_OWN) {
        if (((sources[at] ?? 0) | 0) !== nodes[node - 1]) {
          node = (node - END_LENGTH_4) | 0;
          head = (nodes[node] ?? 0) | 0;
          break;
        }
        reference = (nodes[node + 1] ?? 0) | 0;
      } else {
        const from = words === 1 ? at : at << 2;
        reference = answerTo(nodes, node, sources, from, words, sourcePorts[at] ?? 0) | 0;
      }
      if ((reference & EITHER_SETTLED) === 0) {
        // A port that is to be drawn.
        reference = pick(course, at, reference) | 0;
        if (reference === 0) {
          course.end = at;
          ahead.next = starts[at - start] ?? 0;
          return NEEDS_DRAWS;
        }
        until = (at + 1) | 0;
      }
      node = reference >> PLACE;
      head = (nodes[node] ?? 0) | 0;
    }
    const manner = ((head >> END_MANNER) & END_MANNER_MASK) * MANNER_LENGTH;
    verdicts[at] = manners[manner] ?? 0;
    marksAfter[at] = manners[manner + 1] ?? 0;
    leftBy[at] = manners[manner + 2] ?? 0;
    const fate = manners[manner + 3] ?? 0;
    portsBefore[at] =
      fate === KEEPS_PORT
        ? (sourcePorts[at] ?? 0)
        : fate === DRAWS_PORT
          ? (course.ports[at - start] ?? 0)
          : 0;
    portsAfter[at] = head >>> END_KEY;
    triedOf[at] = nodes[node + 1] ?? 0;
    lists[at] = node;
    const replaced = manners[manner + 4] === 1;
    if (words === 1) {
      destinationsAfter[at] = nodes[node + 2] ?? 0;
      sourcesAfter[at] = replaced ? (manners[manner + 5] ?? 0) : (sources[at] ?? 0);
    } else {
      for (let word = 0; word < 4; word++) {
        const place = (at << 2) + word;
        destinationsAfter[place] = nodes[node + 2 + word] ?? 0;
        sourcesAfter[place] = replaced ? (manners[manner + 5 + word] ?? 0) : (sources[place] ?? 0);
      }
    }
  }
  course.end = until;
  return PASSED;
}

/** Draws the source port that a node picks; the node that follows, 0: there is no draw. */
function pick(course: Course, at: number, reference: number): number {
  const { plans, packets, ahead, ports, starts, at: start } = course;
  const next = starts[at - start + 1] ?? 0;
  if (next === ahead.end) return 0;
  const port = packets.sourcePort[at] ?? 0;
  const least = leastPort(port);
  ports[at - start] = least + pickOf(ahead.draws[next] ?? 0, mostPort(port) - least + 1);
  ahead.next = next + 1;
  return plans.nodes.get((reference >> PLACE) + 1);
}
