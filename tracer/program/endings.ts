import type { Address } from "../../engine/net/ip.js";
import type { Fraction } from "../odds/fraction.js";
import type { Packet } from "../packet/types.js";
import type { Condition, Verdict } from "../walk/result.js";
import type { Outcome } from "../walk/walk.js";
import type { Program } from "./program.js";
import { tracePacket } from "./trace.js";

/** One way that a packet may go, without the story of how. */
export interface Ending {
  readonly verdict: Verdict;
  /** As the packet was when it ended. */
  readonly source: Address;
  readonly destination: Address;
  /** `undefined`: the protocol has none, or NAT picks one that is left open. */
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
  readonly mark: number;
  /** The last outgoing interface that routing chose. */
  readonly out: string | undefined;
  /** How many rules the kernel's linear scan tries on this way. */
  readonly tried: number;
  /** Rules that matched, in order, by their numbers in `Program.rules`. */
  readonly matched: readonly number[];
  /** Its exact chance among the endings that suppose the same. */
  readonly odds: Fraction;
  /** What had to be supposed, because it cannot be known. */
  readonly conditions: readonly Condition[];
}

/** Every way that a new packet may go, in the order of the rules, each with its exact odds. */
export function endingsOf(program: Program, packet: Packet): readonly Ending[] {
  return tracePacket(program, packet).map((outcome) => endingOf(program, outcome));
}

function endingOf(program: Program, { path, odds, tried }: Outcome): Ending {
  const { verdict, last, out, steps, conditions } = path;
  const { source, destination, mark } = last;
  const matched = steps.map((step) => program.rules.ofStep(step));
  return {
    verdict,
    source,
    destination,
    sourcePort: numberOf(last.sourcePort),
    destinationPort: numberOf(last.destinationPort),
    mark,
    out,
    tried,
    matched,
    odds,
    conditions,
  };
}

function numberOf(port: Packet["sourcePort"]): number | undefined {
  return typeof port === "number" ? port : undefined;
}
