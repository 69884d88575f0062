import type { Rule } from "../../engine/iptables/types.js";
import type { Outcome } from "../walk/walk.js";
import { tablesNamed, type World } from "../walk/world.js";
import { judge, type Failure } from "./aspects.js";
import { missOf, type NearMiss } from "./near-miss.js";

/** A rule made for the packet, in a chain that it never entered. */
export interface NotEntered {
  readonly rule: Pick<NearMiss, "at" | "definition">;
  /** The rule that leads to the chain, and the one thing in which it failed. */
  readonly gate: NearMiss;
}

/**
 * Rules that ask for the packet's own destination or port and would match, for an outcome that was
 * walked with `recordFailures`; the first gate of each rule.
 */
export function notEntered(world: World, outcome: Outcome): readonly NotEntered[] {
  const found = new Map<Rule, NotEntered>();
  for (const event of outcome.events) {
    if (event.kind !== "failed") continue;
    const gate = missOf(event, judge(world, outcome.branch, event));
    if (gate === undefined) continue;
    for (const inside of rulesBehind(world, event)) {
      const { failed, addressHolds, portHolds } = judge(world, outcome.branch, inside);
      const fits = failed.length === 0 && (addressHolds || portHolds);
      const { at, definition } = inside;
      if (fits && !found.has(definition)) found.set(definition, { rule: { at, definition }, gate });
    }
  }
  return [...found.values()];
}

/** The rules of the chain that this one would have led to, as if each had been tried and failed. */
function rulesBehind(world: World, failure: Failure): readonly Failure[] {
  const { at, definition } = failure;
  const { target } = definition;
  if (target?.name !== "jump" && target?.name !== "goto") return [];
  const rules = tablesNamed(world, at.table).flatMap(
    (table) => table.chains.get(target.chain)?.rules ?? [],
  );
  return rules.map(({ rule, number }): Failure => {
    const { kind, depth, condition, packet, out, tracking } = failure;
    const inside = { ...at, chain: target.chain, rule: number };
    return { kind, depth, condition, packet, out, tracking, at: inside, definition: rule };
  });
}
