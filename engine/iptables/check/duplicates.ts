import { ruleKey } from "../canonical.js";
import type { Rule } from "../types.js";
import type { TableContext } from "./context.js";

/** Matches that may answer otherwise, or do something, the second time. */
const STATEFUL: ReadonlySet<string> = new Set([
  "connlimit",
  "hashlimit",
  "limit",
  "opaque",
  "quota",
  "recent",
  "statistic",
]);

/** Targets that do something each time they are reached. */
const REPEATABLE: ReadonlySet<string> = new Set(["AUDIT", "LOG", "NFLOG", "SET", "TEE", "opaque"]);

/** A rule that stands twice in its chain says nothing new the second time. */
export function checkDuplicates({ table, family, report }: TableContext): void {
  for (const chain of table.chains.values()) {
    if (chain.rules.length < 2) continue;
    const seen = new Map<string, number>();
    let number = 0;
    for (const rule of chain.rules) {
      number++;
      if (mayRepeat(rule)) continue;
      const key = ruleKey(rule, family);
      const before = seen.get(key);
      if (before === undefined) {
        seen.set(key, number);
        continue;
      }
      const message = `rule ${number} of ${chain.name} is the same as rule ${before}${lineOf(chain.rules[before - 1])}`;
      report("warning", "duplicate-rule", message, { chain, rule });
    }
  }
}

function lineOf(rule: Rule | undefined): string {
  return rule?.origin.kind === "source" ? ` in line ${rule.origin.line}` : "";
}

function mayRepeat(rule: Rule): boolean {
  return (
    rule.matches.some(({ name }) => STATEFUL.has(name)) ||
    (rule.target !== undefined && REPEATABLE.has(rule.target.name))
  );
}
