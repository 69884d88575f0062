import type { Address } from "../../engine/net/ip.js";
import type { Fraction } from "../odds/fraction.js";
import type { Packet } from "../packet/types.js";
import { VERDICTS, type Condition, type Verdict } from "../walk/result.js";
import type { Outcome } from "../walk/walk.js";
import { batchOf } from "./batch.js";
import { runEveryWay } from "./every-way.js";
import { DESTINATION, MARK, readAddress, SOURCE, SOURCE_PORT } from "./fields.js";
import type { Lowered, Program } from "./program.js";
import { DESTINATION_KEY, LEAVES_BY, PORT_OPEN, SOURCE_KEY } from "./registers.js";
import type { Standing } from "./standing.js";
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
    const done = runEveryWay(lowered, batch, (verdict, standing, odds) => {
      endings.push(endingAt(verdict, standing, odds, lowered));
    });
    if (done) return endings;
  }
  return tracePacket(program, packet).map((outcome) => endingOf(program, outcome));
}

/** Of a packet that has come to its verdict, with nothing supposed. */
function endingAt(
  verdict: number,
  standing: Standing,
  odds: Fraction,
  { machine, interfaces }: Lowered,
): Ending {
  const { registers, tried } = standing;
  const family = machine.words === 1 ? 4 : 6;
  const ports = (registers[SOURCE_PORT] ?? -1) >= 0;
  const device = registers[LEAVES_BY] ?? 0;
  return {
    verdict: VERDICTS[verdict] ?? "unknown",
    source: readAddress(registers, SOURCE, family),
    destination: readAddress(registers, DESTINATION, family),
    sourcePort: ports && registers[PORT_OPEN] === 0 ? registers[SOURCE_KEY] : undefined,
    destinationPort: ports ? registers[DESTINATION_KEY] : undefined,
    mark: (registers[MARK] ?? 0) >>> 0,
    out: device === 0 ? undefined : interfaces.nameOf(device),
    tried,
    matched: standing.matched(),
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
