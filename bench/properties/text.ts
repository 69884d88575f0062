import { sameRule } from "../../engine/iptables/canonical.js";
import type { Rule, Ruleset } from "../../engine/iptables/types.js";
import type { Property } from "./types.js";

/** Of more rules, so many that stand evenly apart are compared one by one. */
const MOST_RULES = 50_000;

/**
 * What is printed is read as the same tables, chains and rules, and those printed again give the
 * same text.
 */
export const PRINT_IS_READ_BACK: Property = {
  name: "parse(print) = identity",
  wrong({ ruleset, text, subject }) {
    const { family } = ruleset;
    const read = subject.parse(text, family);
    const again = subject.print(read);
    if (again !== text) return firstDifference(text, again);
    const rules = byChain(ruleset);
    const others = byChain(read);
    const counts = [...rules].find(([chain, { length }]) => others.get(chain)?.length !== length);
    if (counts !== undefined) return `${counts[0]} has other rules when it is read`;
    const step = Math.max(1, Math.ceil(countOf(rules) / MOST_RULES));
    let seen = 0;
    for (const [chain, own] of rules) {
      for (const [at, rule] of own.entries()) {
        const other = others.get(chain)?.[at];
        if (seen++ % step !== 0 || other === undefined) continue;
        if (!sameRule(rule, other, family)) return `${chain} rule ${at + 1} is read as another one`;
      }
    }
    return undefined;
  },
};

/** Rules by `table chain`. */
function byChain({ tables }: Ruleset): ReadonlyMap<string, readonly Rule[]> {
  const chains = new Map<string, readonly Rule[]>();
  for (const table of tables.values()) {
    for (const { name, rules } of table.chains.values()) chains.set(`${table.name} ${name}`, rules);
  }
  return chains;
}

function countOf(chains: ReadonlyMap<string, readonly Rule[]>): number {
  let count = 0;
  for (const rules of chains.values()) count += rules.length;
  return count;
}

function firstDifference(printed: string, again: string): string {
  const lines = printed.split("\n");
  const others = again.split("\n");
  const at = lines.findIndex((line, index) => line !== others[index]);
  const line = at < 0 ? lines.length : at;
  return `line ${line + 1}\n  printed: ${lines[line] ?? ""}\n  again:   ${others[line] ?? ""}`;
}
