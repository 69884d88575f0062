import type { Rule } from "../../../engine/iptables/types.js";
import type { CellOutcome, RulePlace } from "../../matrix/cell.js";
import { ownerOfChain } from "../../report/owners.js";
import { tablesNamed, type World } from "../../walk/world.js";

/** The rule that ended a packet, as a reader looks for it. */
export interface Reason {
  /** What ended it, in words: the rule's own comment where it has one. */
  readonly why: string;
  /** `filter KUBE-SERVICES 2 of kube-proxy`, with the line of a dump; empty where no rule did it. */
  readonly where: string;
}

export function reasonOf({ by, because }: CellOutcome, world: World): Reason {
  if (by === undefined) return { why: because, where: "" };
  const rule = ruleAt(by, world);
  const owner = ownerOfChain(by.chain);
  const whose = owner === "kernel" || owner === "user" ? "" : ` of ${owner}`;
  const line = rule?.origin.kind === "source" ? `, line ${rule.origin.line}` : "";
  const where = `${by.table} ${by.chain} ${by.rule}${whose}${line}`;
  return { why: commentOf(rule) ?? "", where };
}

function ruleAt({ table, chain, rule }: RulePlace, world: World): Rule | undefined {
  for (const { chains } of tablesNamed(world, table)) {
    const found = chains.get(chain)?.rules[rule - 1]?.rule;
    if (found !== undefined) return found;
  }
  return undefined;
}

function commentOf(rule: Rule | undefined): string | undefined {
  for (const match of rule?.matches ?? []) if (match.name === "comment") return match.comment;
  return undefined;
}
