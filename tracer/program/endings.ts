import type { Address } from "../../engine/net/ip.js";
import type { Fraction } from "../odds/fraction.js";
import type { Packet } from "../packet/types.js";
import { VERDICTS, type Condition, type Verdict } from "../walk/result.js";
import type { Outcome } from "../walk/walk.js";
import { batchOf } from "./batch.js";
import { runEveryWay } from "./every-way.js";
import { readAddress, SOURCE_PORT } from "./fields.js";
import type { Lowered, Program } from "./program.js";
import { PORT_OPEN } from "./registers.js";
import { matchedRules, type BatchResult } from "./result.js";
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

/**
 * Every way that a new packet may go, in the order of the rules, each with its exact odds. Where the
 * program has numbers for all that a packet comes to, no path is recorded and a way costs about a
 * microsecond; otherwise the reference walk tells.
 */
export function endingsOf(program: Program, packet: Packet): readonly Ending[] {
  const { lowered, family } = program;
  const batch = lowered === undefined ? undefined : batchOf(family, [packet]);
  if (lowered !== undefined && batch !== undefined) {
    const endings: Ending[] = [];
    const add = (out: BatchResult, odds: Fraction) => endings.push(endingIn(out, odds, lowered));
    if (runEveryWay(lowered, batch, add)) return endings;
  }
  return tracePacket(program, packet).map((outcome) => endingOf(program, outcome));
}

/** Of the only packet of a result, with nothing supposed. */
function endingIn(out: BatchResult, odds: Fraction, { machine, interfaces }: Lowered): Ending {
  const { registers } = machine;
  const ports = (registers[SOURCE_PORT] ?? -1) >= 0;
  const device = out.outInterface[0] ?? 0;
  return {
    verdict: VERDICTS[out.verdict[0] ?? 0] ?? "unknown",
    source: readAddress(out.source, 0, out.family),
    destination: readAddress(out.destination, 0, out.family),
    sourcePort: ports && registers[PORT_OPEN] === 0 ? out.sourcePort[0] : undefined,
    destinationPort: ports ? out.destinationPort[0] : undefined,
    mark: out.mark[0] ?? 0,
    out: device === 0 ? undefined : interfaces.nameOf(device),
    tried: out.tried[0] ?? 0,
    matched: matchedRules(out, 0),
    odds,
    conditions: [],
  };
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
