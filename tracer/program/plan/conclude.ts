import type { Course } from "./course.js";
import * as nodeNames from "./nodes.js";

const { ASKS_OWN, ASKS_SOURCE, DRAWS_PORT, END_KEY, END_LENGTH_4, END_MANNER } = nodeNames;
const { END_MANNER_MASK, ENDS, KEEPS_PORT, KIND_MASK, MANNER_LENGTH } = nodeNames;

/** Writes what became of the packets of a group, of which nothing is drawn any more. */
export function conclude(course: Course): void {
  const { machine, plans, packets, out, references, ports, at: start, end } = course;
  const { words } = machine;
  const nodes = plans.settled.items;
  const manners = plans.manners.items;
  const { source: sources, sourcePort: sourcePorts } = packets;
  const { verdict: verdicts, tried: triedOf, mark: marksAfter, sourcePort: portsBefore } = out;
  const { destinationPort: portsAfter, outInterface: leftBy, list: lists } = out;
  const { source: sourcesAfter, destination: destinationsAfter } = out;
  for (let at = start | 0; at < end; at = (at + 1) | 0) {
    let node = (references[at - start] ?? 0) >> 1;
    let head = (nodes[node] ?? 0) | 0;
    while ((head & KIND_MASK) !== ENDS) {
      const kind = head & KIND_MASK;
      if (kind === ASKS_OWN) {
        const own = ((sources[at] ?? 0) | 0) === nodes[node - 1];
        node = own ? (nodes[node + 1] ?? 0) >> 1 : node - END_LENGTH_4;
      } else if (kind === ASKS_SOURCE) {
        const place = words === 1 ? at : (at << 2) + (nodes[node + 5] ?? 0);
        const bits = (sources[place] ?? 0) & (nodes[node + 1] ?? 0);
        node = (nodes[bits === nodes[node + 2] ? node + 3 : node + 4] ?? 0) >> 1;
      } else {
        const port = sourcePorts[at] ?? 0;
        const holds = port >= (nodes[node + 1] ?? 0) && port <= (nodes[node + 2] ?? 0);
        node = (nodes[holds ? node + 3 : node + 4] ?? 0) >> 1;
      }
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
          ? (ports[at - start] ?? 0)
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
}
