import { printRule } from "../../engine/iptables/print.js";
import type { Rule, Ruleset } from "../../engine/iptables/types.js";
import { JSON_VERSION } from "./json.js";

/** Every chain with its rules as a save prints them, and what each rule was made for. */
export function rulesetJson(ruleset: Ruleset): unknown {
  return {
    version: JSON_VERSION,
    family: ruleset.family,
    tables: [...ruleset.tables.values()].map(({ name, chains }) => ({
      table: name,
      chains: [...chains.values()].map((chain) => ({
        chain: chain.name,
        ...(chain.policy === undefined ? {} : { policy: chain.policy }),
        rules: chain.rules.map((rule) => ({
          rule: printRule(chain.name, rule, "save", ruleset.family),
          ...originJson(rule),
        })),
      })),
    })),
  };
}

function originJson({ origin }: Rule): Readonly<Record<string, string | number>> {
  if (origin.kind === "source") return { line: origin.line };
  const { subject, reason } = origin;
  return subject === undefined ? { reason } : { service: subject, reason };
}
