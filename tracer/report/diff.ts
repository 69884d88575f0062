import type { ChainDiff, RuleDiff, RulesetDiff } from "../../engine/iptables/diff.js";
import { printRule } from "../../engine/iptables/print.js";
import type { Family } from "../../engine/net/ip.js";
import { JSON_VERSION } from "./json.js";
import type { Style } from "./style.js";

/** Changed chains only, `-` and `+` with each rule's position, as `iptables-save` prints the rule. */
export function diffText(diff: RulesetDiff, family: Family, style: Style): string {
  if (diff.same) return "the rules are the same\n";
  const chains = diff.chains.filter(({ change }) => change !== "same");
  const lines = chains.flatMap((chain) => [
    chainLine(chain, style),
    ...ruleLines(chain, family, style),
    "",
  ]);
  return `${[...lines, summaryOf(chains)].join("\n")}\n`;
}

function chainLine({ table, chain, change, policy }: ChainDiff, style: Style): string {
  const note =
    policy === undefined ? change : `${change}, policy ${policy.before} -> ${policy.after}`;
  return style.bold(`${table} ${chain}`) + style.dim(` (${note})`);
}

function ruleLines({ chain, rules }: ChainDiff, family: Family, style: Style): readonly string[] {
  return rules.flatMap((rule) => {
    switch (rule.change) {
      case "same":
        return [];
      case "removed": {
        const moved = rule.movedTo === undefined ? "" : style.dim(`  (now rule ${rule.movedTo})`);
        return [
          style.red(`- ${number(rule.position)} ${printRule(chain, rule.before, "save", family)}`) +
            moved,
        ];
      }
      case "added": {
        const moved =
          rule.movedFrom === undefined ? "" : style.dim(`  (was rule ${rule.movedFrom})`);
        return [
          style.green(
            `+ ${number(rule.newPosition)} ${printRule(chain, rule.after, "save", family)}`,
          ) + moved,
        ];
      }
    }
  });
}

function number(position: number): string {
  return String(position).padStart(4);
}

function summaryOf(chains: readonly ChainDiff[]): string {
  const rules = chains.flatMap((chain) => chain.rules);
  const count = (change: RuleDiff["change"]): number =>
    rules.filter((rule) => rule.change === change).length;
  return `${chains.length} chain${chains.length === 1 ? "" : "s"} differ, ${count("removed")} rules removed, ${count("added")} added`;
}

/** The differences of one family. */
export interface FamilyDiff {
  readonly family: Family;
  readonly diff: RulesetDiff;
}

/** Rules as a save prints them; unchanged chains and rules are left out. */
export function diffJson(diffs: readonly FamilyDiff[]): unknown {
  return {
    version: JSON_VERSION,
    same: diffs.every(({ diff }) => diff.same),
    chains: diffs.flatMap(({ family, diff }) =>
      diff.chains
        .filter(({ change }) => change !== "same")
        .map((chain) => chainJson(chain, family)),
    ),
  };
}

function chainJson({ table, chain, change, policy, rules }: ChainDiff, family: Family): unknown {
  const changed = rules.filter((rule) => rule.change !== "same");
  return {
    family,
    table,
    chain,
    change,
    ...(policy === undefined ? {} : { policy }),
    rules: changed.map((rule) => ruleJson(rule, chain, family)),
  };
}

function ruleJson(rule: RuleDiff, chain: string, family: Family): unknown {
  switch (rule.change) {
    case "same":
    case "removed": {
      const moved =
        rule.change === "removed" && rule.movedTo !== undefined ? { movedTo: rule.movedTo } : {};
      return {
        change: rule.change,
        position: rule.position,
        rule: printRule(chain, rule.before, "save", family),
        ...moved,
      };
    }
    case "added": {
      const moved = rule.movedFrom === undefined ? {} : { movedFrom: rule.movedFrom };
      return {
        change: rule.change,
        position: rule.newPosition,
        rule: printRule(chain, rule.after, "save", family),
        ...moved,
      };
    }
  }
}
