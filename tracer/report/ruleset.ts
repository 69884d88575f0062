import { printRule } from "../../engine/iptables/print.js";
import type { Family } from "../../engine/net/ip.js";
import type { Rule, Ruleset } from "../../engine/iptables/types.js";
import { JSON_VERSION } from "./json.js";

/** Every chain with its rules as a save prints them, and what each rule was made for. */
export function rulesetJson(ruleset: Ruleset): unknown {
  const { family } = ruleset;
  return {
    version: JSON_VERSION,
    family,
    tables: [...ruleset.tables.values()].map(({ name, chains }) => ({
      table: name,
      chains: [...chains.values()].map((chain) => ({
        chain: chain.name,
        policy: chain.policy,
        rules: chain.rules.map((rule) => ruleJson(chain.name, rule, family)),
      })),
    })),
  };
}

function ruleJson(chain: string, rule: Rule, family: Family): unknown {
  const words = printRule(chain, rule, "save", family);
  const { origin } = rule;
  return origin.kind === "source"
    ? { rule: words, line: origin.line }
    : { rule: words, service: origin.subject, reason: origin.reason };
}
