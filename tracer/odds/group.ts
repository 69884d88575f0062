import type { Condition, Path } from "../walk/result.js";
import type { Outcome } from "../walk/walk.js";
import type { Fraction } from "./fraction.js";
import { addShares } from "./share.js";

/** Paths that end alike under the same suppositions, and their chance together. */
export interface OutcomeGroup {
  readonly odds: Fraction;
  /** Tells this end from all others: equal for paths that end alike. */
  readonly end: string;
  /** Each way there, the likeliest first. */
  readonly ways: readonly Outcome[];
  /** The likeliest way's. */
  readonly path: Path;
}

/** Groups in the order in which their first path was found, the likeliest before the others. */
export function groupOutcomes(outcomes: readonly Outcome[]): readonly OutcomeGroup[] {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const key = endKey(outcome.path);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [outcome]);
    else group.push(outcome);
  }
  return [...groups.values()]
    .flatMap(groupOf)
    .sort((left, right) => compare(right.odds, left.odds));
}

function groupOf(ways: readonly Outcome[]): readonly OutcomeGroup[] {
  const sorted = [...ways].sort((left, right) => compare(right.odds, left.odds));
  const [first] = sorted;
  if (first === undefined) return [];
  return [{ odds: totalOdds(ways), end: endKey(first.path), ways: sorted, path: first.path }];
}

/** 1 for all outcomes of a walk on which nothing was supposed. */
export function totalOdds(outcomes: readonly Outcome[]): Fraction {
  return addShares(outcomes.map(({ branch }) => branch));
}

function compare(left: Fraction, right: Fraction): number {
  const difference = left.numerator * right.denominator - right.numerator * left.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function endKey(path: Path): string {
  const { verdict, last, out, because } = path;
  const reason =
    verdict === "forwarded" || verdict === "sent" || verdict === "delivered" ? "" : because;
  return JSON.stringify([
    verdict,
    String(last.source),
    last.sourcePort,
    String(last.destination),
    last.destinationPort,
    last.mark,
    out,
    path.with,
    reason,
    suppositionKey(path.conditions),
  ]);
}

/** The same for paths that suppose the same, in whatever order they came to. */
export function suppositionKey(conditions: readonly Condition[]): string {
  return conditions
    .map(({ what, holds }) => `${holds} ${what}`)
    .sort()
    .join("\n");
}
