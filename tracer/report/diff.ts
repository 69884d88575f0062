import type { ChainDiff, RuleDiff, RulesetDiff } from "../../engine/iptables/diff.js";
import type { Backend } from "../../engine/iptables/parse.js";
import { printRule } from "../../engine/iptables/print.js";
import type { Rule } from "../../engine/iptables/types.js";
import type { Family } from "../../engine/net/ip.js";
import { JSON_VERSION } from "./json.js";
import type { Style } from "./style.js";

/**
 * Changed chains only, each rule as `iptables-save` prints it with its position: `-` is gone, `+` is
 * new, `~` stands elsewhere in its chain.
 */
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
  const print = (rule: Rule) => printRule(chain, rule, "save", family);
  return rules.flatMap((rule) => {
    switch (rule.change) {
      case "same":
        return [];
      case "removed":
        // A rule that only moved is told once, where it stands now.
        return rule.movedTo === undefined
          ? [style.red(`- ${number(rule.position)} ${print(rule.before)}`)]
          : [];
      case "added": {
        const line = `${number(rule.newPosition)} ${print(rule.after)}`;
        return rule.movedFrom === undefined
          ? [style.green(`+ ${line}`)]
          : [style.yellow(`~ ${line}`) + style.dim(`  (was rule ${rule.movedFrom})`)];
      }
    }
  });
}

function number(position: number): string {
  return String(position).padStart(4);
}

const FATES = ["gone", "new", "moved"] as const;

function summaryOf(chains: readonly ChainDiff[]): string {
  const fates = chains.flatMap(({ rules }) => rules.map(fateOf));
  const told = FATES.flatMap((fate) => {
    const count = fates.filter((each) => each === fate).length;
    return count === 0 ? [] : [`${rulesOf(count)} ${fate}`];
  });
  const head = `${chains.length} chain${chains.length === 1 ? " differs" : "s differ"}`;
  return told.length === 0 ? head : `${head}: ${told.join(", ")}`;
}

/** A rule that moved is counted at its new place only. */
function fateOf(rule: RuleDiff): (typeof FATES)[number] | undefined {
  switch (rule.change) {
    case "same":
      return undefined;
    case "removed":
      return rule.movedTo === undefined ? "gone" : undefined;
    case "added":
      return rule.movedFrom === undefined ? "new" : "moved";
  }
}

function rulesOf(count: number): string {
  return `${count} rule${count === 1 ? "" : "s"}`;
}

/** The differences of one family, and of one backend where both are compared. */
export interface PartDiff {
  readonly family: Family;
  readonly backend: Backend | undefined;
  readonly diff: RulesetDiff;
}

/** Rules as a save prints them; unchanged chains and rules are left out. */
export function diffJson(diffs: readonly PartDiff[]): unknown {
  return {
    version: JSON_VERSION,
    same: diffs.every(({ diff }) => diff.same),
    chains: diffs.flatMap(({ family, backend, diff }) =>
      diff.chains
        .filter(({ change }) => change !== "same")
        .map((chain) => chainJson(chain, family, backend)),
    ),
  };
}

function chainJson(
  { table, chain, change, policy, rules }: ChainDiff,
  family: Family,
  backend: Backend | undefined,
): unknown {
  const changed = rules.filter((rule) => rule.change !== "same");
  return {
    family,
    ...(backend === undefined ? {} : { backend }),
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
