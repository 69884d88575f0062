import type { Course } from "./course.js";
import * as nodeNames from "./nodes.js";
import { answerTo } from "./question.js";

/* Bound to names of this module, the kinds of nodes are constants to V8's compiler. */
const { ASKS_PORT, ASKS_SOURCE, EITHER_SETTLED, KIND_MASK, PLACE } = nodeNames;

/** Asks the packets of a group what comes before anything is drawn. */
export function ask(course: Course): void {
  const { machine, plans, packets, references, at: start, end } = course;
  const { words } = machine;
  const nodes = plans.nodes.items;
  const { source: sources, sourcePort: sourcePorts } = packets;
  for (let at = start | 0; at < end; at = (at + 1) | 0) {
    let reference = (references[at - start] ?? 0) | 0;
    while ((reference & EITHER_SETTLED) === 0) {
      const node = reference >> PLACE;
      const kind = (nodes[node] ?? 0) & KIND_MASK;
      if (kind !== ASKS_SOURCE && kind !== ASKS_PORT) break;
      const from = words === 1 ? at : at << 2;
      reference = answerTo(nodes, node, sources, from, words, sourcePorts[at] ?? 0) | 0;
    }
    references[at - start] = reference;
  }
}

/**
 * Reads the nodes that the packets of a group have come to. The next step reads them anyway, but does
 * so much in between that the processor waits for each; here it fetches many at once.
 */
export function fetch(course: Course, settled: boolean): void {
  const { plans, references, at: start, end } = course;
  const row = settled ? plans.settled.items : plans.nodes.items;
  const count = (end - start) | 0;
  let seen = 0;
  for (let at = 0; at < count; at = (at + 1) | 0) {
    const reference = (references[at] ?? 0) | 0;
    if (((reference & EITHER_SETTLED) !== 0) === settled)
      seen = seen ^ (row[reference >> PLACE] ?? 0);
  }
  course.seen = seen;
}
