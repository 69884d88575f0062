import { describePosition, renderFault, type Fault, type Severity } from "../../engine/errors.js";
import { JSON_VERSION } from "./json.js";

export interface FindingsOptions {
  /** Every finding with its line; otherwise what repeats itself is summed up. */
  readonly all: boolean;
}

/** The worst first: what the restore refuses, what loads and does not work, what is worth a look. */
const SEVERITIES = ["error", "warning", "note"] as const satisfies readonly Severity[];

/** How many findings of one kind are shown with their line; the others are counted. */
const SHOWN: Readonly<Record<Severity, number>> = { error: 10, warning: 5, note: 1 };

/** Line numbers in a row beyond which they say nothing to a reader. */
const LINES_LISTED = 12;

/**
 * Findings for a tired reader: by severity, and within one those of a rare kind before those of a
 * common one, so that none is buried; the last line counts them.
 */
export function findingsText(found: readonly Fault[], { all }: FindingsOptions): string {
  if (found.length === 0) return "nothing to report\n";
  const lines = SEVERITIES.flatMap((severity) => {
    const kinds = kindsOf(found.filter((each) => each.severity === severity));
    return kinds.flatMap((kind) => kindLines(kind, all ? kind.length : SHOWN[severity]));
  });
  const summary = found.length === 1 ? [] : [summaryOf(found)];
  return `${[...lines, ...summary].join("\n")}\n`;
}

/** Those of one code together, the rarest kind first; kinds of one number as they come in the file. */
function kindsOf(found: readonly Fault[]): readonly (readonly Fault[])[] {
  const kinds = new Map<string, Fault[]>();
  for (const each of found) {
    const kind = kinds.get(each.code);
    if (kind === undefined) kinds.set(each.code, [each]);
    else kind.push(each);
  }
  return [...kinds.values()].sort((left, right) => left.length - right.length);
}

function kindLines(kind: readonly Fault[], shown: number): readonly string[] {
  const lines = kind.slice(0, shown).map(renderFault);
  const rest = kind.slice(shown);
  const [first] = rest;
  if (first === undefined) return lines;
  if (rest.length === 1) return [...lines, renderFault(first)];
  const places = rest.map(({ at }) => at.line).filter((line) => line !== undefined);
  return [...lines, `    and ${rest.length} more [${first.code}]${linesText(places)}`];
}

/** `: lines 5, 7-9, ...`, neighbours joined. */
function linesText(lines: readonly number[]): string {
  const spans: { from: number; to: number }[] = [];
  for (const line of [...new Set(lines)].sort((left, right) => left - right)) {
    const last = spans.at(-1);
    if (last !== undefined && line === last.to + 1) last.to = line;
    else spans.push({ from: line, to: line });
  }
  if (spans.length === 0) return "";
  const listed = spans.slice(0, LINES_LISTED);
  const texts = listed.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`));
  const more = spans.length > listed.length ? ", ..." : "";
  const word = new Set(lines).size === 1 ? "line" : "lines";
  return `: ${word} ${texts.join(", ")}${more}`;
}

function summaryOf(found: readonly Fault[]): string {
  const counts = SEVERITIES.map((severity) => {
    const number = countOf(found, severity);
    return number === 0 ? "" : `${number} ${severity}${number === 1 ? "" : "s"}`;
  });
  return counts.filter((text) => text !== "").join(", ");
}

function countOf(found: readonly Fault[], severity: Severity): number {
  return found.filter((each) => each.severity === severity).length;
}

/** All findings by line, whole, with how many there are of each severity. */
export function findingsJson(found: readonly Fault[]): unknown {
  return {
    version: JSON_VERSION,
    errors: countOf(found, "error"),
    warnings: countOf(found, "warning"),
    notes: countOf(found, "note"),
    findings: found.map((each) => ({ ...each, position: describePosition(each.at) })),
  };
}
