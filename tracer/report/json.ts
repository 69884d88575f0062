import { formatAddress } from "../../engine/net/ip.js";
import { fractionToNumber, formatFraction, type Fraction } from "../odds/fraction.js";
import { isUnknown, type Field } from "../packet/field.js";
import type { Assumption, Condition, Path, Step, Verdict } from "../walk/result.js";
import { ownerOfChain } from "./owners.js";
import { destinationText, sourceText } from "./words.js";

/** Of every JSON answer; it grows when a field changes its meaning or goes. */
export const JSON_VERSION = 1;

/** A rule that matched; `rule` counts from 1 in its chain. */
export interface StepJson {
  readonly hook: string;
  readonly table: string;
  readonly chain: string;
  readonly rule: number;
  readonly target: string;
  /** The program that makes chains of this name. */
  readonly owner?: string;
  /** Line of the dump that the rule stands in. */
  readonly line?: number;
  /** What a compiled rule was made for, and why. */
  readonly service?: string;
  readonly reason?: string;
}

/** How one packet went; the line that `trace --packets -o json` prints for it. */
export interface PathJson {
  readonly version: typeof JSON_VERSION;
  readonly verdict: Verdict;
  readonly steps: readonly StepJson[];
  readonly in?: string;
  readonly out?: string;
  readonly mark: number;
  readonly source: string;
  readonly sourcePort?: number;
  readonly destination: string;
  readonly destinationPort?: number;
  readonly with?: string;
  readonly translated: boolean;
  readonly because: string;
  readonly conditions?: readonly Condition[];
  readonly assumptions?: readonly Assumption[];
}

/** One end that a packet may meet; `probability` is `odds` as the nearest double. */
export interface OutcomeJson {
  readonly probability: number;
  readonly odds: string;
  readonly verdict: Verdict;
  readonly translated: boolean;
  readonly source: string;
  readonly destination: string;
  readonly path: readonly StepJson[];
  readonly in?: string;
  readonly out?: string;
  readonly mark: number;
  readonly with?: string;
  readonly because: string;
  readonly conditions?: readonly Condition[];
  readonly assumptions?: readonly Assumption[];
  /** Where it was asked for: a walk, the odds of several, or `null` where nothing comes back. */
  readonly reply?: unknown;
}

/** What `trace --odds -o json` prints. */
export interface OddsJson {
  readonly version: typeof JSON_VERSION;
  readonly outcomes: readonly OutcomeJson[];
}

/** The bare fields, in which two walks of one packet are compared. */
export function stepJson(step: Step): StepJson {
  const { hook, table, chain, rule, target } = step;
  const owner = ownerOfChain(chain);
  const origin = step.definition?.origin;
  return {
    hook,
    table,
    chain,
    rule,
    target,
    ...(owner === "kernel" ? {} : { owner }),
    ...(origin?.kind === "source" ? { line: origin.line } : {}),
    ...(origin?.kind === "compiled" ? compiledOrigin(origin) : {}),
  };
}

function compiledOrigin(origin: {
  readonly subject: string | undefined;
  readonly reason: string;
}): {
  readonly service?: string;
  readonly reason: string;
} {
  const { subject, reason } = origin;
  return subject === undefined ? { reason } : { service: subject, reason };
}

/** A walk as `trace -o json` prints it. */
export function pathJson(path: Path): PathJson {
  const { last } = path;
  return {
    version: JSON_VERSION,
    verdict: path.verdict,
    steps: path.steps.map(stepJson),
    ...ends(path),
    source: formatAddress(last.source),
    destination: formatAddress(last.destination),
    ...ports(path),
    translated: path.translated,
    because: path.because,
    ...circumstances(path),
  };
}

/** An element of `outcomes` in `trace --odds -o json`. */
export function outcomeJson(odds: Fraction, path: Path): OutcomeJson {
  return {
    probability: fractionToNumber(odds),
    odds: formatFraction(odds),
    verdict: path.verdict,
    translated: path.translated,
    source: sourceText(path.last),
    destination: destinationText(path.last),
    path: path.steps.map(stepJson),
    ...ends(path),
    because: path.because,
    ...circumstances(path),
  };
}

function ends(path: Path): {
  readonly in?: string;
  readonly out?: string;
  readonly mark: number;
  readonly with?: string;
} {
  return {
    ...(path.in === undefined ? {} : { in: path.in }),
    ...(path.out === undefined ? {} : { out: path.out }),
    mark: path.last.mark,
    ...(path.with === undefined ? {} : { with: path.with }),
  };
}

function known(value: Field<number | undefined>): number | undefined {
  return isUnknown(value) ? undefined : value;
}

/** The ports that are there and known. */
function ports({ last }: Path): Pick<PathJson, "sourcePort" | "destinationPort"> {
  const sourcePort = known(last.sourcePort);
  const destinationPort = known(last.destinationPort);
  return {
    ...(sourcePort === undefined ? {} : { sourcePort }),
    ...(destinationPort === undefined ? {} : { destinationPort }),
  };
}

function circumstances({
  conditions,
  assumptions,
}: Path): Pick<PathJson, "conditions" | "assumptions"> {
  return {
    ...(conditions.length === 0 ? {} : { conditions }),
    ...(assumptions.length === 0 ? {} : { assumptions }),
  };
}
