import type { Course } from "./course.js";
import * as nodeNames from "./nodes.js";

const { ASKS_SOURCE, DRAWS_PORT, END_OUT, END_PORT, END_PORT_MASK, END_REPLACED } = nodeNames;
const { END_VERDICT, END_VERDICT_MASK, ENDS, KEEPS_PORT, KIND_MASK } = nodeNames;

/** Writes what became of the packets of a group, of which nothing is drawn any more. */
export function conclude(course: Course): void {
  const { machine, plans, packets, out, references, ports, at: start, end } = course;
  const { words } = machine;
  const nodes = plans.settled.items;
  const { source: sources, sourcePort: sourcePorts } = packets;
  const { verdict: verdicts, tried: triedOf, mark: marksAfter, sourcePort: portsBefore } = out;
  const { destinationPort: portsAfter, outInterface: leftBy, list: lists } = out;
  const { source: sourcesAfter, destination: destinationsAfter } = out;
  for (let at = start | 0; at < end; at = (at + 1) | 0) {
    let node = (references[at - start] ?? 0) >> 1;
    let head = (nodes[node] ?? 0) | 0;
    while ((head & KIND_MASK) !== ENDS) {
      let holds = false;
      if ((head & KIND_MASK) === ASKS_SOURCE) {
        const place = words === 1 ? at : (at << 2) + (nodes[node + 5] ?? 0);
        holds = ((sources[place] ?? 0) & (nodes[node + 1] ?? 0)) === nodes[node + 2];
      } else {
        const port = sourcePorts[at] ?? 0;
        holds = port >= (nodes[node + 1] ?? 0) && port <= (nodes[node + 2] ?? 0);
      }
      node = (nodes[holds ? node + 3 : node + 4] ?? 0) >> 1;
      head = (nodes[node] ?? 0) | 0;
    }
    const fate = (head >> END_PORT) & END_PORT_MASK;
    verdicts[at] = (head >> END_VERDICT) & END_VERDICT_MASK;
    leftBy[at] = head >> END_OUT;
    triedOf[at] = nodes[node + 1] ?? 0;
    marksAfter[at] = nodes[node + 2] ?? 0;
    portsBefore[at] =
      fate === KEEPS_PORT
        ? (sourcePorts[at] ?? 0)
        : fate === DRAWS_PORT
          ? (ports[at - start] ?? 0)
          : 0;
    portsAfter[at] = nodes[node + 3] ?? 0;
    lists[at] = nodes[node + 4] ?? 0;
    const replaced = (head & END_REPLACED) !== 0;
    if (words === 1) {
      destinationsAfter[at] = nodes[node + 5] ?? 0;
      sourcesAfter[at] = replaced ? (nodes[node + 6] ?? 0) : (sources[at] ?? 0);
    } else {
      for (let word = 0; word < 4; word++) {
        const place = (at << 2) + word;
        destinationsAfter[place] = nodes[node + 5 + word] ?? 0;
        sourcesAfter[place] = replaced ? (nodes[node + 9 + word] ?? 0) : (sources[place] ?? 0);
      }
    }
  }
}
