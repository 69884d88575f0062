import type { Chooser } from "../choose/types.js";
import type { AddressClasses } from "./address-classes.js";
import type { Decisions } from "./decisions.js";
import type { Dispatch } from "./dispatch.js";
import type { KnownTuples } from "./known-tuples.js";
import type { Recollection } from "./recollection.js";
import type { Registers } from "./registers.js";

/** What a match says when it is asked itself. */
export const SAYS_NO = 0;
export const SAYS_YES = 1;
/** It is in doubt, or does more than to say yes or no. */
export const SAYS_NEITHER = 2;

/** The fixed and the changing parts of a running program; the latter belong to one packet at a time. */
export interface Machine {
  readonly code: Int32Array;
  readonly rows: Uint8Array;
  readonly ways: Int32Array;
  readonly dispatch: Dispatch;
  readonly classes: AddressClasses;
  readonly decisions: Decisions;
  readonly known: KnownTuples;
  readonly recollection: Recollection;
  readonly words: 1 | 4;
  /** Number of the loopback interface. */
  readonly loopback: number;
  readonly interfaceCount: number;
  readonly registers: Registers;
  /** Where to come back to and which rule is next there, by turns. */
  readonly stack: Int32Array;
  /** Draws of this packet, so that the reference walk can be given the same again. */
  draws: Int32Array;
  drawn: number;
  /** Rules that matched, of all packets one after the other, and how many numbers are in use. */
  matched: Uint32Array;
  matchedCount: number;
  /** Rules that the kernel would have tried. */
  tried: number;
  chooser: Chooser;
  /** Asks a match of a rule by its place in `Rule.matches`. */
  ask: (rule: number, match: number) => number;

  /* Where the machine stands between two calls of `execute` for one packet. */
  pc: number;
  from: number;
  depth: number;
  afterTable: number;
  dropsByPolicy: boolean;
  /** Place in the recollection that this packet's way is noted for; -1: none. */
  noting: number;
  /** Where the noting began, what the packet was like there, and what had come before. */
  notedAt: number;
  notedMark: number;
  notedDevices: number;
  notedKind: number;
  triedBefore: number;
  matchedBefore: number;
}
