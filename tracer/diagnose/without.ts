import type { Chain, Ruleset, Table } from "../../engine/iptables/types.js";
import { everyWay } from "../choose/fork.js";
import { groupOutcomes, type OutcomeGroup } from "../odds/group.js";
import type { Packet } from "../packet/types.js";
import { linkRules } from "../walk/link.js";
import { memoryOf } from "../walk/memory.js";
import { walk } from "../walk/walk.js";
import type { World } from "../walk/world.js";
import type { Ending } from "./ending.js";

/** A world, and the rules that it was linked from, in the same order. */
export interface Rules {
  readonly world: World;
  readonly rulesets: readonly Ruleset[];
}

/**
 * What would become of the packet if this rule only counted, or this policy were ACCEPT: whether it
 * alone stands in the way. Every other rule keeps its number.
 */
export function walkWithout(
  { world, rulesets }: Rules,
  ending: Ending,
  packet: Packet,
): readonly OutcomeGroup[] {
  const rules = rulesets.map((ruleset, index) =>
    linkRules(rulesetWithout(ruleset, ending), world.rules[index]?.backend),
  );
  const changed = { ...world, rules };
  return groupOutcomes(walk(changed, memoryOf(world.host), packet, { chooser: everyWay }));
}

function rulesetWithout(ruleset: Ruleset, ending: Ending): Ruleset {
  const name = ending.kind === "rule" ? ending.step.table : ending.table;
  const table = ruleset.tables.get(name);
  if (table === undefined) return ruleset;
  return { ...ruleset, tables: new Map(ruleset.tables).set(name, tableWithout(table, ending)) };
}

function tableWithout(table: Table, ending: Ending): Table {
  const name = ending.kind === "rule" ? ending.step.chain : ending.chain;
  const chain = table.chains.get(name);
  if (chain === undefined) return table;
  return { ...table, chains: new Map(table.chains).set(name, chainWithout(chain, ending)) };
}

function chainWithout(chain: Chain, ending: Ending): Chain {
  if (ending.kind === "policy") return { ...chain, policy: "ACCEPT" };
  const rules = chain.rules.map((rule) =>
    rule === ending.definition ? { ...rule, target: undefined } : rule,
  );
  return { ...chain, rules };
}
