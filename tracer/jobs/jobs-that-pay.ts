import type { LinkedRules } from "../walk/link.js";

/** What a thread costs before its first answer: to load the program's own code, and, per rule, to parse and to link it. Measured; ms. */
const START_MS = 300;
const RULE_MS = 0.02;

/**
 * How many threads get done soonest with work that takes one thread `workMs`: all cores where what
 * they save is more than what starting them costs, else the caller's own thread alone.
 */
export function jobsThatPay(workMs: number, rules: readonly LinkedRules[], cores: number): number {
  const startMs = START_MS + RULE_MS * countRules(rules);
  const saved = workMs * (1 - 1 / cores);
  return cores > 1 && saved > 2 * startMs ? cores : 1;
}

function countRules(rules: readonly LinkedRules[]): number {
  let count = 0;
  for (const { tables } of rules) {
    for (const { chains } of tables.values()) {
      for (const chain of chains.values()) count += chain.count;
    }
  }
  return count;
}
