import { pickOf } from "../../choose/types.js";
import { leastPort, mostPort } from "../pick-port.js";
import { LEAVES, NEEDS_DRAWS, PASSED, UNMADE, type Course } from "./course.js";
import * as nodeNames from "./nodes.js";
import { answerTo } from "./question.js";

/*
 * Bound to names of this module, the kinds of nodes are constants to V8's compiler; `| 0` tells it
 * that a number stays within 32 bits.
 */
const { ASKS_PORT, ASKS_SOURCE, DRAWS, EITHER_SETTLED, FIRST_DRAW, KIND_MASK, PICKS, PLACE } =
  nodeNames;

/**
 * Takes the packets of a group, one after the other, to where nothing is drawn any more but perhaps a
 * source port, up to one of which something is missing: that has drawn nothing then.
 */
export function drawOn(course: Course): number {
  const { machine, plans, packets, ahead, references, ports, starts, at: start, end } = course;
  const { words } = machine;
  const nodes = plans.nodes.items;
  const ways = plans.ways.items;
  const { draws } = ahead;
  const drawsEnd = ahead.end | 0;
  const { source: sources, sourcePort: sourcePorts } = packets;
  let next = ahead.next | 0;
  let answer = PASSED;
  let at = start | 0;
  packet: for (; at < end; at = (at + 1) | 0) {
    let reference = (references[at - start] ?? 0) | 0;
    const firstDraw = next;
    starts[at - start] = firstDraw;
    while ((reference & EITHER_SETTLED) === 0) {
      const node = reference >> PLACE;
      switch ((nodes[node] ?? 0) & KIND_MASK) {
        case ASKS_SOURCE:
        case ASKS_PORT: {
          const from = words === 1 ? at : at << 2;
          reference = answerTo(nodes, node, sources, from, words, sourcePorts[at] ?? 0) | 0;
          break;
        }
        case DRAWS: {
          const count = (nodes[node + 1] ?? 0) | 0;
          const chances = (nodes[node + 2] ?? 0) | 0;
          if (next + count > drawsEnd) {
            answer = NEEDS_DRAWS;
            next = firstDraw;
            break packet;
          }
          // Draws and ways go on side by side.
          const shift = (next - chances) | 0;
          const stop = (chances + count) | 0;
          let way = chances;
          while (way < stop && (draws[way + shift] ?? 0) >= (ways[way] ?? 0)) way = (way + 1) | 0;
          const item = way === stop ? -1 : (way - chances) | 0;
          next = (way + shift + (way === stop ? 0 : 1)) | 0;
          reference = (nodes[node + FIRST_DRAW + item] ?? 0) | 0;
          if (reference === 0) {
            course.node = node;
            course.item = item;
            answer = UNMADE;
            next = firstDraw;
            break packet;
          }
          break;
        }
        case PICKS: {
          if (next === drawsEnd) {
            answer = NEEDS_DRAWS;
            next = firstDraw;
            break packet;
          }
          const port = sourcePorts[at] ?? 0;
          const least = leastPort(port);
          ports[at - start] = least + pickOf(draws[next] ?? 0, mostPort(port) - least + 1);
          next = (next + 1) | 0;
          reference = (nodes[node + 1] ?? 0) | 0;
          break;
        }
        default:
          answer = LEAVES;
          next = firstDraw;
          break packet;
      }
    }
    references[at - start] = reference;
  }
  starts[at - start] = next;
  ahead.next = next;
  course.end = at;
  return answer;
}
