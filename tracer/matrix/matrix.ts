import type { Packet } from "../packet/types.js";
import { answersOf, type Crew } from "../jobs/crew.js";
import type { Task } from "../jobs/tasks.js";
import type { Cell } from "./cell.js";

/** Packets of one message: enough to be worth it, few enough to stop soon. */
const PACKETS_PER_TASK = 64;

/**
 * What becomes of each packet, in their order, spread over the crew; each packet is new to a node
 * that remembers what its host state says. Any crew tells the same.
 */
export async function* matrix(crew: Crew, packets: readonly Packet[]): AsyncGenerator<Cell> {
  for await (const answer of answersOf(crew, tasksOf(packets))) {
    if (answer.kind === "cells") yield* answer.cells;
  }
}

function* tasksOf(packets: readonly Packet[]): Generator<Task> {
  for (let at = 0; at < packets.length; at += PACKETS_PER_TASK) {
    yield { kind: "cells", packets: packets.slice(at, at + PACKETS_PER_TASK) };
  }
}
