import type { AddressClasses } from "./address-classes.js";
import type { Decisions } from "./decisions.js";
import type { Dispatch } from "./dispatch.js";
import type { Dice } from "./draws.js";
import type { KnownTuples } from "./known-tuples.js";
import type { Recollection } from "./recollection.js";
import type { Registers } from "./registers.js";

/** What a match says when it is asked itself. */
export const SAYS_NO = 0;
export const SAYS_YES = 1;
/** It is in doubt, or does more than to say yes or no. */
export const SAYS_NEITHER = 2;

/** Instead of a place in the code: the next packet of the batch is to be taken up. */
export const NEXT_PACKET = -1;

/** The fixed and the changing parts of a running program; most of the latter belong to one batch. */
export interface Machine {
  /* Grow as chains are placed. */
  code: Int32Array;
  rows: Int32Array;
  ways: Int32Array;
  dispatch: Dispatch;
  /** Places the chain of a stub; tells where. */
  readonly place: (stub: number) => number;

  readonly classes: AddressClasses;
  readonly decisions: Decisions;
  readonly known: KnownTuples;
  readonly recollection: Recollection;
  readonly words: 1 | 4;
  /** Number of the loopback interface. */
  readonly loopback: number;
  readonly interfaceCount: number;
  /** Which packets open a connection: `FirstPackets.answers`. */
  readonly opening: Uint8Array;
  /** Where in the code a packet from outside begins, and one of the node's own. */
  readonly prerouting: number;
  readonly output: number;
  readonly registers: Registers;
  /** Where to come back to and which rule is next there, by turns. */
  readonly stack: Int32Array;

  /* What a batch brings with it. */
  dice: Dice;
  /** Numbers of the batch's interfaces; -1: neither on the host nor in a rule. */
  cameBy: Int32Array;
  /** Rules that matched, of all packets one after the other, and how many numbers are in use. */
  matched: Uint32Array;
  matchedCount: number;
  /** Asks a match of a rule by its place in `Rule.matches`. */
  ask: (rule: number, match: number) => number;

  /* Where the machine stands between two calls of `execute`. */
  /** Number of the packet in the batch, and its kind, as `FirstPackets` has it. */
  at: number;
  kind: number;
  pc: number;
  from: number;
  depth: number;
  afterTable: number;
  dropsByPolicy: boolean;
  /** Rules that the kernel would have tried on this packet so far. */
  tried: number;
  /** Number of this packet's verdict, -1 as long as it is not known. */
  verdict: number;
  /** Where this packet's draws began, and its matched rules. */
  firstDraw: number;
  firstMatch: number;
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
