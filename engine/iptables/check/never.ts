import type { Chain, Match, Negatable, Rule } from "../types.js";
import { isAnyAddress } from "../parse/header.js";
import { rulesOf, type TableContext } from "./context.js";

/** Rules that load and can match no packet at all. */
export function checkNeverMatches({ table, report }: TableContext): void {
  for (const { chain, rule } of rulesOf(table)) {
    const reasons = [...headerReasons(rule), ...rule.matches.flatMap(matchReasons)];
    for (const { why, word } of reasons) reportNever(report, chain, rule, why, word);
  }
}

interface Reason {
  readonly why: string;
  readonly word: string;
}

function reportNever(
  report: TableContext["report"],
  chain: Chain,
  rule: Rule,
  why: string,
  word: string,
): void {
  report("warning", "never-matches", `the rule can match nothing: ${why}`, { chain, rule, word });
}

function headerReasons(rule: Rule): readonly Reason[] {
  const reasons: Reason[] = [];
  if (rule.source?.not === true && isAnyAddress(rule.source.value)) {
    reasons.push({ why: "every source is excluded", word: "-s" });
  }
  if (rule.destination?.not === true && isAnyAddress(rule.destination.value)) {
    reasons.push({ why: "every destination is excluded", word: "-d" });
  }
  if (excludesAll(rule.inInterface))
    reasons.push({ why: "every interface is excluded", word: "-i" });
  if (excludesAll(rule.outInterface))
    reasons.push({ why: "every interface is excluded", word: "-o" });
  return reasons;
}

function excludesAll(asked: Negatable<string> | undefined): boolean {
  return asked?.not === true && asked.value === "+";
}

function matchReasons(match: Match): readonly Reason[] {
  switch (match.name) {
    case "mark":
    case "connmark": {
      const asked = match.mark;
      const outside = asked === undefined ? 0 : (asked.value.value & ~asked.value.mask) >>> 0;
      return asked?.not === false && outside !== 0
        ? [{ why: "the mark has bits outside the mask, which are always 0", word: "--mark" }]
        : [];
    }
    case "statistic":
      return match.probability?.not === false && match.probability.value.threshold === 0
        ? [{ why: "the probability is 0", word: "--probability" }]
        : [];
    case "tcp": {
      const asked = match.flags;
      const stray = asked?.value.set.some((flag) => !asked.value.mask.includes(flag)) ?? false;
      return asked?.not === false && stray
        ? [{ why: "a flag must be up that is not looked at", word: "--tcp-flags" }]
        : [];
    }
    default:
      return [];
  }
}
