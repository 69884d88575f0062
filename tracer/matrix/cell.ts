import type { TableName } from "../../engine/iptables/types.js";
import { formatAddress, type Address } from "../../engine/net/ip.js";
import { endingOf } from "../diagnose/ending.js";
import { addFractions, fractionToNumber, type Fraction } from "../odds/fraction.js";
import { groupOutcomes, suppositionKey } from "../odds/group.js";
import { dropIndifferent } from "../odds/indifferent.js";
import type { Packet } from "../packet/types.js";
import { endingsOf, type Ending } from "../program/endings.js";
import type { Program } from "../program/program.js";
import { tracePacket } from "../program/trace.js";
import { endpointText } from "../report/words.js";
import type { Condition, Path, Verdict } from "../walk/result.js";

/** One thing that may become of a packet, as far as somebody outside the node can tell. */
export interface CellOutcome {
  /** Exact; all outcomes that suppose the same add up to 1. */
  readonly odds: Fraction;
  /** `odds` as the nearest double. */
  readonly probability: number;
  readonly verdict: Verdict;
  /** Where the packet was bound when it ended, `ADDRESS:PORT`. */
  readonly destination: string;
  /** The sender's address as the receiver sees it. */
  readonly source: string;
  /** It was given another receiver. */
  readonly redirected: boolean;
  /** It was given another sender, if only another port of the same. */
  readonly masqueraded: boolean;
  readonly out: string | undefined;
  /** What ended a packet that did not arrive; empty for one that did. */
  readonly because: string;
  /** The rule that ended it, `rule` counting from 1 in its chain. */
  readonly by: RulePlace | undefined;
  /** What the sender was answered: `icmp-port-unreachable`, `tcp-reset`, ... */
  readonly with: string | undefined;
  /** What had to be supposed, because it cannot be known and changes the outcome. */
  readonly conditions: readonly Condition[];
}

/** Where a rule stands; `rule` counts from 1 in its chain. */
export interface RulePlace {
  readonly table: TableName;
  readonly chain: string;
  readonly rule: number;
}

/** What becomes of one packet, the likeliest outcome first; equal ones in the order of the rules. */
export type Cell = readonly CellOutcome[];

const ARRIVED: ReadonlySet<Verdict> = new Set(["forwarded", "sent", "delivered"]);

export function arrives({ verdict }: Pick<CellOutcome, "verdict">): boolean {
  return ARRIVED.has(verdict);
}

/**
 * What becomes of a new packet, told from what the program's host knows. Ways that nobody outside
 * the node can tell apart are one outcome.
 */
export function cellOf(program: Program, packet: Packet): Cell {
  const endings = endingsOf(program, packet);
  const plain = endings.every((ending) => arrives(ending) && ending.conditions.length === 0);
  return merged(plain ? endings.map((ending) => ofEnding(ending, packet)) : told(program, packet));
}

type Draft = Omit<CellOutcome, "probability">;

function ofEnding(ending: Ending, packet: Packet): Draft {
  const { odds, verdict, source, sourcePort, destination, destinationPort, out } = ending;
  return {
    odds,
    verdict,
    destination: endpointText(destination, destinationPort),
    source: formatAddress(source),
    redirected: isMoved(packet, destination, destinationPort),
    masqueraded: source !== packet.source || sourcePort !== packet.sourcePort,
    out,
    because: "",
    by: undefined,
    with: undefined,
    conditions: [],
  };
}

/** With reasons and suppositions, for which the packet is walked. */
function told(program: Program, packet: Packet): readonly Draft[] {
  const groups = groupOutcomes(tracePacket(program, packet));
  return dropIndifferent(groups, { exactMarks: false }).groups.map(({ odds, path }) => {
    const { verdict, first, last, out, because, with: answer, conditions } = path;
    const { destination, destinationPort, source } = last;
    return {
      odds,
      verdict,
      destination: endpointText(destination, destinationPort),
      source: formatAddress(source),
      redirected: isMoved(first, destination, destinationPort),
      masqueraded: source !== first.source || last.sourcePort !== first.sourcePort,
      out,
      because: ARRIVED.has(verdict) ? "" : because,
      by: placeOfEnd(path),
      with: answer,
      conditions,
    };
  });
}

/** Ports that are left open were picked anew. */
function isMoved(first: Packet, destination: Address, port: Packet["destinationPort"]): boolean {
  return first.destination !== destination || first.destinationPort !== port;
}

function placeOfEnd(path: Path): RulePlace | undefined {
  const ending = ARRIVED.has(path.verdict) ? undefined : endingOf(path);
  if (ending?.kind !== "rule") return undefined;
  const { table, chain, rule } = ending.step;
  return { table, chain, rule };
}

function merged(drafts: readonly Draft[]): Cell {
  const outcomes: CellOutcome[] = [];
  for (const draft of isPlainlyDistinct(drafts) ? drafts : alikeTogether(drafts)) {
    outcomes.push({ ...draft, probability: fractionToNumber(draft.odds) });
  }
  return outcomes.sort((left, right) => likeliness(right) - likeliness(left));
}

/** As the endpoints of a Service are: seen without comparing all that may differ. */
function isPlainlyDistinct(drafts: readonly Draft[]): boolean {
  return new Set(drafts.map(({ destination }) => destination)).size === drafts.length;
}

function alikeTogether(drafts: readonly Draft[]): Iterable<Draft> {
  const byEnd = new Map<string, Draft>();
  for (const draft of drafts) {
    const key = keyOf(draft);
    const known = byEnd.get(key);
    const odds = known === undefined ? draft.odds : addFractions(known.odds, draft.odds);
    byEnd.set(key, { ...(known ?? draft), odds });
  }
  return byEnd.values();
}

/** Shares that are meant to be equal differ by what the kernel's grid of 2^-31 leaves over. */
function likeliness({ probability }: CellOutcome): number {
  return Math.round(probability * 1e6);
}

function keyOf(outcome: Draft): string {
  const { verdict, destination, source, masqueraded, out, because, conditions } = outcome;
  const supposed = suppositionKey(conditions);
  return [verdict, destination, source, masqueraded, out, because, outcome.with, supposed].join(
    "\n",
  );
}
