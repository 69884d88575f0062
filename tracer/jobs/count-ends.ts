import { drawUnits, type DrawUnit } from "../odds/draw-units.js";
import type { Packet } from "../packet/types.js";
import { answersOf, type Crew } from "./crew.js";
import { addCounts, type Task } from "./tasks.js";

/** A task is over soon enough for somebody who wants to stop. */
const UNITS_PER_TASK = 4;

/** How far the work has come, in draws. */
export type Told = (done: number) => void;

/**
 * Draws `count` new connections of one packet, spread over the crew, and adds up where they ended,
 * by place in `endsOf`. Any crew counts the same.
 */
export async function countEnds(
  crew: Crew,
  packet: Packet,
  { count, seed }: DrawUnit,
  told: Told = () => undefined,
): Promise<readonly number[]> {
  const units = drawUnits(count, seed);
  const perTask = Math.min(UNITS_PER_TASK, Math.ceil(units.length / (4 * crew.jobs)));
  let counts: readonly number[] | undefined;
  let done = 0;
  const tasks = tasksOf(packet, units, perTask);
  for await (const answer of answersOf(crew, tasks)) {
    if (answer.kind !== "count") continue;
    counts = counts === undefined ? answer.counts : addCounts(counts, answer.counts);
    done = Math.min(units.length, done + perTask);
    told(units.slice(0, done).reduce((sum, unit) => sum + unit.count, 0));
  }
  return counts ?? [];
}

function* tasksOf(packet: Packet, units: readonly DrawUnit[], perTask: number): Generator<Task> {
  for (let at = 0; at < units.length; at += perTask) {
    yield { kind: "count", packet, units: units.slice(at, at + perTask) };
  }
}
