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
  const place = manner * MANNER_LENGTH;
  const [verdict = 0, mark = 0, leftBy = 0, fate = 0, round = 0, isReplaced = 0, first = 0] =
    plans.manners.items.subarray(place, place + MANNER_LENGTH);
  const keepsPort = fate === KEEPS_PORT;
  const keepsSource = machine.words === 1 && isReplaced === 0;
  if (to - from < FEW) {
    for (let at = from; at < to; at++) {
      out.verdict[at] = verdict;
      out.mark[at] = mark;
      out.outInterface[at] = leftBy;
      out.sourcePort[at] = keepsPort ? (packets.sourcePort[at] ?? 0) : 0;
      if (keepsSource) out.source[at] = packets.source[at] ?? 0;
    }
  } else {
    out.verdict.fill(verdict, from, to);
    out.mark.fill(mark, from, to);
    out.outInterface.fill(leftBy, from, to);
    if (keepsPort) out.sourcePort.set(packets.sourcePort.subarray(from, to), from);
    else out.sourcePort.fill(0, from, to);
    if (keepsSource) out.source.set(packets.source.subarray(from, to), from);
  }
  if (machine.words === 4) writeSources6(course, isReplaced === 1 ? place + 6 : -1, from, to);
  else if (isReplaced === 1) out.source.fill(first, from, to);
  if (fate === DRAWS_PORT) drawPorts(course, round, from, to);
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
