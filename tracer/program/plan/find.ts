import type { PacketBatch } from "../batch.js";
import { stretchAt } from "../address-classes.js";
import * as courses from "./course.js";
import type { Course } from "./course.js";
import * as nodeNames from "./nodes.js";
import { mixKey } from "./mix-key.js";
import { LAST_SOURCE } from "./plans.js";

/* Bound to names of this module, these are constants to V8's compiler. */
const { ALONE, MOST_AT_ONCE, PASSED } = courses;
const { NO_PLAN, SEEN_ONCE } = nodeNames;

/**
 * Looks up where the plans of the next group of packets are likely to stand: the first of the slots
 * that may hold them. Whether a plan is a packet's own `follow` sees, when it is at hand. Where plans are
 * many only the hash is noted, by which `fetchPlans` then looks.
 */
export function findPlans(course: Course): number {
  const { machine, plans, packets, cameBy, reached, lots } = course;
  const { words } = machine;
  const { table } = plans.kinds;
  const { slots, recentSources, isLarge } = plans;
  const lastSlot = (slots.length - 1) | 0;
  const { source: sources, destination: destinations, destinationPort: ports } = packets;
  const { inInterface: inInterfaces, mark: marks } = packets;
  const start = course.at | 0;
  const end = Math.min(lots.end, start + course.group) | 0;
  const { areAlike } = course;
  let head = headOf(packets, start) | 0;
  let inInterface = (inInterfaces[start] ?? 0) | 0;
  let mark = (marks[start] ?? 0) | 0;
  // The traits of the packet before, which most have too.
  let knownHead = -1;
  let knownInterface = -1;
  let knownMark = 0;
  let knownKind = -1;
  let traits = -1;
  // Most sources lie in the same stretch of addresses as the first one.
  const stretch = words === 1 ? stretchAt(table, sources[start] ?? 0) : 0;
  const low = (table.starts[stretch] ?? 0) | 0;
  const span = ((table.starts[stretch + 1] ?? 0) - low) >>> 0;
  const firstKind = (table.classes[stretch] ?? 0) | 0;
  for (let at = start; at < end; at = (at + 1) | 0) {
    if (!areAlike) {
      head = headOf(packets, at) | 0;
      inInterface = (inInterfaces[at] ?? 0) | 0;
      mark = (marks[at] ?? 0) | 0;
    }
    let kind = -1;
    if (words === 1) {
      const source = (sources[at] ?? 0) | 0;
      kind = firstKind;
      if ((source - low) >>> 0 >= span) {
        const place = ((source ^ (source >>> 12)) & LAST_SOURCE) << 1;
        kind = (recentSources[place + 1] ?? 0) | 0;
        if (recentSources[place] !== source) {
          kind = plans.kinds.kindAt(sources, at) | 0;
          recentSources[place] = source;
          recentSources[place + 1] = kind;
        }
      }
    } else {
      kind = plans.kinds.kindAt(sources, at << 2) | 0;
    }
    if (
      head !== knownHead ||
      inInterface !== knownInterface ||
      mark !== knownMark ||
      kind !== knownKind
    ) {
      const from = (cameBy[inInterface] ?? -1) | 0;
      traits = from < 0 ? -1 : plans.traits.numberOf(head, from, mark, kind) | 0;
      if (traits < 0) {
        course.end = at;
        return ALONE;
      }
      knownHead = head;
      knownInterface = inInterface;
      knownMark = mark;
      knownKind = kind;
    }
    const key = (traits << 16) | (ports[at] ?? 0) | 0;
    const destination = (destinations[words === 1 ? at : at << 2] ?? 0) | 0;
    const hash = words === 1 ? mixKey(destination, key) : hash6(destinations, at << 2, key);
    reached[at - start] = isLarge ? hash : (slots[hash & lastSlot] ?? 0);
    reached[at - start + MOST_AT_ONCE] = key;
  }
  course.end = end;
  return PASSED;
}

/** What a packet's first bytes say that rules may ask for: protocol, flags, time to live. */
function headOf({ protocol, tcpFlags, ttl }: PacketBatch, at: number): number {
  const up = (ttl[at] ?? 0) > 1 ? 0 : 256;
  return (protocol[at] ?? 0) | ((tcpFlags[at] ?? 0) << 16) | up;
}

/** The slot of a packet's plan, or the one where it belongs. Notes the packet's hash. */
export function slotOf(course: Course, at: number): number {
  const { machine, plans, packets, reached, at: start } = course;
  const { words } = machine;
  const { slots, hashes } = plans;
  const nodes = plans.nodes.items;
  const { destination } = packets;
  const key = reached[at - start + MOST_AT_ONCE] ?? 0;
  const hash =
    words === 1 ? mixKey((destination[at] ?? 0) | 0, key) : hash6(destination, at << 2, key);
  course.hash = hash;
  const last = slots.length - 1;
  for (let slot = hash & last; ; slot = (slot + 1) & last) {
    const plan = slots[slot] ?? 0;
    if (plan === NO_PLAN) return slot;
    if (plan === SEEN_ONCE) {
      if (hashes[slot] === hash) return slot;
      continue;
    }
    if (nodes[plan + words] !== key) continue;
    let word = 0;
    while (word < words && nodes[plan + word] === ((destination[at * words + word] ?? 0) | 0)) {
      word++;
    }
    if (word === words) return slot;
  }
}

function hash6(destinations: Uint32Array, from: number, key: number): number {
  let hash = 0;
  for (let word = 0; word < 4; word++) hash = mixKey(hash, destinations[from + word] ?? 0);
  return mixKey(hash, key);
}
