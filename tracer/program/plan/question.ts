import * as nodeNames from "./nodes.js";

/* Bound to a name of this module, the kind of node is a constant to V8's compiler. */
const { ASKS_SOURCE, KIND_BITS, KIND_MASK } = nodeNames;

/**
 * The reference that follows a question about the source or the source port, `ASKS_SOURCE` or
 * `ASKS_PORT`. `from`: where the packet's source begins in `sources`; `sourcePort`: its port.
 */
export function answerTo(
  nodes: Int32Array,
  node: number,
  sources: Uint32Array,
  from: number,
  sourcePort: number,
): number {
  let holds = false;
  if (((nodes[node] ?? 0) & KIND_MASK) === ASKS_SOURCE) {
    const word = from + ((nodes[node] ?? 0) >> KIND_BITS);
    holds = ((sources[word] ?? 0) & (nodes[node + 1] ?? 0)) === nodes[node + 2];
  } else {
    holds = sourcePort >= (nodes[node + 1] ?? 0) && sourcePort <= (nodes[node + 2] ?? 0);
  }
  return (nodes[holds ? node + 3 : node + 4] ?? 0) | 0;
}
