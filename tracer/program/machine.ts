import type { AddressClasses } from "./address-classes.js";
import type { Decisions } from "./decisions.js";
import type { Dispatch } from "./dispatch.js";
import type { FirstPackets } from "./first-packets.js";
import type { KnownTuples } from "./known-tuples.js";

/** What a program runs on, the same for all packets. */
export interface Machine {
  /* Grow as chains are placed. */
  code: Int32Array;
  rows: Int32Array;
  dispatch: Dispatch;
  /** Places the chain of a stub; tells where. */
  readonly place: (stub: number) => number;

  readonly classes: AddressClasses;
  readonly decisions: Decisions;
  readonly known: KnownTuples;
  readonly firstPackets: FirstPackets;
  readonly words: 1 | 4;
  /** Number of the loopback interface. */
  readonly loopback: number;
  /** Where in the code a packet from outside begins, and one of the node's own. */
  readonly prerouting: number;
  readonly output: number;
}
