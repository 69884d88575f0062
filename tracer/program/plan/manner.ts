import { lotOfRound, pickOf } from "../../choose/luck.js";
import { leastPort, mostPort } from "../pick-port.js";
import type { Course } from "./course.js";
import { DRAWS_PORT, KEEPS_PORT, MANNER_LENGTH } from "./nodes.js";

/** Fewer packets are written one by one sooner than row by row. */
const FEW = 16;

/**
 * Writes what the packets that ended last have in common, up to before packet `to`: their manner of
 * ending. Mostly many do that one after the other, and a row is filled or copied for all of them: five
 * rows less for each packet to write.
 */
export function writeManner(course: Course, to: number): void {
  const { machine, plans, packets, out, manner, mannerFrom: from } = course;
  course.mannerFrom = to;
  if (from === to) return;
  const manners = plans.manners.items;
  const place = manner * MANNER_LENGTH;
  const verdict = manners[place] ?? 0;
  const mark = manners[place + 1] ?? 0;
  const leftBy = manners[place + 2] ?? 0;
  const fate = manners[place + 3] ?? 0;
  const isReplaced = manners[place + 5] === 1;
  const isIPv4 = machine.words === 1;
  if (to - from < FEW) {
    const source = manners[place + 6] ?? 0;
    for (let at = from; at < to; at++) {
      out.verdict[at] = verdict;
      out.mark[at] = mark;
      out.outInterface[at] = leftBy;
      out.sourcePort[at] = fate === KEEPS_PORT ? (packets.sourcePort[at] ?? 0) : 0;
      if (isIPv4) out.source[at] = isReplaced ? source : (packets.source[at] ?? 0);
    }
  } else {
    out.verdict.fill(verdict, from, to);
    out.mark.fill(mark, from, to);
    out.outInterface.fill(leftBy, from, to);
    if (fate === KEEPS_PORT) out.sourcePort.set(packets.sourcePort.subarray(from, to), from);
    else out.sourcePort.fill(0, from, to);
    if (isIPv4 && isReplaced) out.source.fill(manners[place + 6] ?? 0, from, to);
    else if (isIPv4) out.source.set(packets.source.subarray(from, to), from);
  }
  if (!isIPv4) writeSources6(course, isReplaced ? place + 6 : -1, from, to);
  if (fate === DRAWS_PORT) drawPorts(course, manners[place + 4] ?? 0, from, to);
}

/** `replaced`: where in `Plans.manners` the new source stands, -1 for none. */
function writeSources6(course: Course, replaced: number, from: number, to: number): void {
  const { plans, packets, out } = course;
  if (replaced < 0) {
    out.source.set(packets.source.subarray(from * 4, to * 4), from * 4);
    return;
  }
  const source = plans.manners.items.subarray(replaced, replaced + 4);
  for (let at = from; at < to; at++) out.source.set(source, at * 4);
}

/** Source ports, by the packets' lots of a round. */
function drawPorts({ packets, out, lots }: Course, round: number, from: number, to: number): void {
  for (let at = from; at < to; at++) {
    const before = packets.sourcePort[at] ?? 0;
    const lot = lotOfRound(lots.row[at - lots.first] ?? 0, round);
    const least = leastPort(before);
    out.sourcePort[at] = least + pickOf(lot, mostPort(before) - least + 1);
  }
}
