import type { DrawsAhead } from "../../choose/types.js";
import type { PacketBatch } from "../batch.js";
import type { Machine } from "../machine.js";
import type { BatchResult } from "../result.js";
import type { Plans } from "./plans.js";

/**
 * So many packets are taken together, one step after the other for all of them: that lets the
 * processor fetch what the next packets need while it works on one.
 */
export const MOST_AT_ONCE = 256;
/** And so many where packets keep being without a plan, as others are then looked up in vain. */
export const LEAST_AT_ONCE = 8;

/** All packets of the group have passed the step. */
export const PASSED = 0;
/** There is no plan for the packet, and none such came before; one came; none is to be made. */
export const NEW = 1;
export const SEEN = 2;
export const LEAVES = 3;
/** The node `Course.node` has nothing yet where its draw `Course.item` succeeds. */
export const UNMADE = 4;
/** There are too few draws. */
export const NEEDS_DRAWS = 5;

/** Where a batch stands, and what it works with. */
export interface Course {
  readonly machine: Machine;
  readonly plans: Plans;
  readonly packets: PacketBatch;
  readonly out: BatchResult;
  readonly ahead: DrawsAhead;
  /** Numbers of the batch's interfaces. */
  readonly cameBy: Int32Array;
  /** The next packet, with which a group begins, and the one after the group's last. */
  at: number;
  end: number;
  /** How many packets the next group may have. */
  group: number;
  /** By packet of the group: a reference to the node that it has come to. */
  readonly references: Int32Array;
  /** And the source port that was drawn for it. */
  readonly ports: Uint16Array;
  /** And its first draw in `ahead`; behind the last one stands the next draw. */
  readonly starts: Int32Array;
  /* Of the packet that the group ends before: traits, the class of its source, the slot of its plan. */
  traits: number;
  sourceClass: number;
  slot: number;
  node: number;
  item: number;
  /** Of no meaning: what was read so that it is at hand. */
  seen: number;
}

/** A batch at its first packet. */
export function startCourse(
  parts: Pick<Course, "machine" | "plans" | "packets" | "out" | "ahead" | "cameBy">,
): Course {
  return {
    ...parts,
    at: 0,
    end: 0,
    group: LEAST_AT_ONCE,
    references: new Int32Array(MOST_AT_ONCE),
    ports: new Uint16Array(MOST_AT_ONCE),
    starts: new Int32Array(MOST_AT_ONCE + 1),
    traits: 0,
    sourceClass: 0,
    slot: 0,
    node: 0,
    item: 0,
    seen: 0,
  };
}
