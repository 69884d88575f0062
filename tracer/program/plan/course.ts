import type { PacketBatch } from "../batch.js";
import type { LotsAhead } from "../lots-ahead.js";
import type { Machine } from "../machine.js";
import type { BatchResult } from "../result.js";
import { AlikePackets } from "./alike.js";
import type { Plans } from "./plans.js";

/**
 * So many packets are taken together, one step after the other for all of them: that lets the
 * processor fetch what the next packets need while it works on one.
 */
export const MOST_AT_ONCE = 128;
/** And so many where packets keep being without a plan, as others are then looked up in vain. */
export const LEAST_AT_ONCE = 8;

/** All packets of the group have passed the step. */
export const PASSED = 0;
/** There is no plan for the packet, and none such came before; one came. */
export const NEW = 1;
export const SEEN = 2;
/** The packet is to be run by itself. */
export const ALONE = 3;
/** Answer `Course.answer` of the node `Course.node` leads to nothing yet. */
export const LACKS_ANSWER = 4;

/**
 * Where a batch stands, and what it works with. A class, so that V8 knows of what shape each field is
 * and of what type its numbers: the loops over packets check that less often then.
 */
export class Course {
  readonly machine: Machine;
  readonly plans: Plans;
  readonly packets: PacketBatch;
  readonly out: BatchResult;
  readonly lots: LotsAhead;
  /** Numbers of the batch's interfaces. */
  readonly cameBy: Int32Array;
  /** The next packet, with which a group begins, and the one after the group's last. */
  at = 0;
  end = 0;
  /** All packets for which lots are there have the same traits, but for their sources. */
  areAlike = false;
  readonly alike: AlikePackets;
  /** How many packets the next group may have. */
  group = LEAST_AT_ONCE;
  /**
   * By packet of the group the place where its plan may stand, and later a reference to where it has
   * come; from `MOST_AT_ONCE` on, its traits and second key.
   */
  readonly reached = new Int32Array(2 * MOST_AT_ONCE);
  /* Of the packet that the group ends before: traits and second key, hash, slot of its plan. */
  ownKey = 0;
  hash = 0;
  slot = 0;
  /** In which manner the packets ended that ended last, and from which one on. */
  manner = 0;
  mannerFrom = 0;
  /** What was missing where a packet did not come to an end. */
  missing: number = PASSED;
  node = 0;
  answer = 0;
  /** Of no meaning: what was read so that it is at hand. */
  seen = 0;

  /** A batch at its first packet. */
  constructor({
    machine,
    plans,
    packets,
    out,
    lots,
    cameBy,
  }: Pick<Course, "machine" | "plans" | "packets" | "out" | "lots" | "cameBy">) {
    this.machine = machine;
    this.plans = plans;
    this.packets = packets;
    this.alike = new AlikePackets(packets);
    this.out = out;
    this.lots = lots;
    this.cameBy = cameBy;
  }
}
