import { classAt } from "../address-classes.js";
import { LEAVES, NEW, PASSED, SEEN, type Course } from "./course.js";
import { LAST_SOURCE, mixKey, SEEN as SEEN_ONCE } from "./plans.js";

/** Finds the plans of the next group of packets, up to one that has none. */
export function findPlans(course: Course): number {
  const { machine, plans, packets, cameBy, references } = course;
  const { words, classes } = machine;
  const { slots, slotLength } = plans;
  const lastSlot = (slots.length / slotLength - 1) | 0;
  const { protocol: protocols, source: sources, destination: destinations } = packets;
  const { destinationPort: destinationPorts, ttl: ttls, inInterface: inInterfaces } = packets;
  const { mark: marks, tcpFlags } = packets;
  const start = course.at | 0;
  const end = Math.min(packets.count, start + course.group) | 0;
  const { recentSources } = plans;
  // The traits of the packet before, which most have too.
  let knownFirst = -1;
  let knownSecond = -1;
  let knownMark = 0;
  let traits = -1;
  let answer = PASSED;
  let at = start;
  for (; at < end; at = (at + 1) | 0) {
    const up = (ttls[at] ?? 0) > 1 ? 0 : 256;
    const first = (protocols[at] ?? 0) | ((tcpFlags[at] ?? 0) << 16) | up;
    const second = (cameBy[inInterfaces[at] ?? 0] ?? -1) | 0;
    const mark = (marks[at] ?? 0) | 0;
    if (first !== knownFirst || second !== knownSecond || mark !== knownMark) {
      traits = second < 0 ? -1 : plans.traitsOf(first, second, mark) | 0;
      if (traits < 0) {
        answer = LEAVES;
        break;
      }
      knownFirst = first;
      knownSecond = second;
      knownMark = mark;
    }
    const key = (traits << 16) | (destinationPorts[at] ?? 0) | 0;
    let reference = 0;
    let slot = 0;
    let sourceClass = -1;
    if (words === 1) {
      const source = (sources[at] ?? 0) | 0;
      const place = ((source ^ (source >>> 12)) & LAST_SOURCE) << 1;
      sourceClass = (recentSources[place + 1] ?? 0) | 0;
      if (recentSources[place] !== source) {
        sourceClass = classAt(classes, sources, at) | 0;
        recentSources[place] = source;
        recentSources[place + 1] = sourceClass;
      }
      const destination = (destinations[at] ?? 0) | 0;
      slot = (mixKey(destination, key, sourceClass) & lastSlot) << 2;
      for (;;) {
        reference = (slots[slot + 3] ?? 0) | 0;
        if (
          reference === 0 ||
          (slots[slot] === destination &&
            slots[slot + 1] === key &&
            slots[slot + 2] === sourceClass)
        ) {
          break;
        }
        slot = (slot + 4) & ((lastSlot << 2) | 3);
      }
    } else {
      sourceClass = classAt(classes, sources, at << 2) | 0;
      slot = find6(slots, lastSlot, destinations, at << 2, key, sourceClass) | 0;
      reference = (slots[slot + 6] ?? 0) | 0;
    }
    if (reference <= SEEN_ONCE) {
      course.slot = slot;
      course.sourceClass = sourceClass;
      course.traits = traits;
      answer = reference === SEEN_ONCE ? SEEN : NEW;
      break;
    }
    references[at - start] = reference;
  }
  course.end = at;
  return answer;
}

/** The slot of an IPv6 packet's plan, or the free one where it belongs. */
function find6(
  slots: Int32Array,
  lastSlot: number,
  destinations: Uint32Array,
  from: number,
  key: number,
  sourceClass: number,
): number {
  let hash = 0;
  for (let word = 0; word < 4; word++) hash = mixKey(hash, destinations[from + word] ?? 0, word);
  for (let number = mixKey(hash, key, sourceClass); ; number++) {
    const slot = (number & lastSlot) * 7;
    if (slots[slot + 6] === 0) return slot;
    if (slots[slot + 4] !== key || slots[slot + 5] !== sourceClass) continue;
    let word = 0;
    while (word < 4 && slots[slot + word] === ((destinations[from + word] ?? 0) | 0)) word++;
    if (word === 4) return slot;
  }
}
