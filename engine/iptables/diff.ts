import { diffLists, type ListStep } from "./diff/lists.js";
import { orderedChains, ruleKey } from "./canonical.js";
import { BUILT_IN_CHAINS, TABLE_NAMES } from "./types.js";
import type { Chain, Policy, Rule, Ruleset, Table, TableName } from "./types.js";
import type { Family } from "../net/ip.js";

/** One rule of either side; positions count from 1 in their chain. */
export type RuleDiff =
  | {
      readonly change: "same";
      readonly before: Rule;
      readonly after: Rule;
      readonly position: number;
      readonly newPosition: number;
    }
  | {
      readonly change: "removed";
      readonly before: Rule;
      readonly position: number;
      /** Where the same rule now stands in the chain, if it was only moved. */
      readonly movedTo: number | undefined;
    }
  | {
      readonly change: "added";
      readonly after: Rule;
      readonly newPosition: number;
      readonly movedFrom: number | undefined;
    };

/** A chain of either side, and what became of it. */
export interface ChainDiff {
  readonly table: TableName;
  readonly chain: string;
  readonly change: "same" | "added" | "removed" | "changed";
  /** Present where a built-in chain's policy differs. */
  readonly policy: { readonly before: Policy; readonly after: Policy } | undefined;
  /** All rules of both sides, in an order that reads like both. */
  readonly rules: readonly RuleDiff[];
}

/** What differs between two rulesets in what the kernel would hold. */
export interface RulesetDiff {
  readonly same: boolean;
  /** Tables that only one side has; such a table is as good as an empty one. */
  readonly tablesAdded: readonly TableName[];
  readonly tablesRemoved: readonly TableName[];
  /** Every chain of both sides: tables in their usual order, chains as in a save. */
  readonly chains: readonly ChainDiff[];
}

/**
 * What differs between two rulesets, chain by chain and rule by rule. Rules are the same when the
 * kernel would hold them alike; counters, comments' quoting and spellings do not count. The order
 * of rules in a chain counts, that of chains does not.
 */
export function diffRulesets(before: Ruleset, after: Ruleset): RulesetDiff {
  const chains: ChainDiff[] = [];
  const names = TABLE_NAMES.filter((name) => before.tables.has(name) || after.tables.has(name));
  for (const name of names) {
    const left = before.tables.get(name) ?? emptyTable(name);
    const right = after.tables.get(name) ?? emptyTable(name);
    for (const chain of chainNames(left, right)) {
      chains.push(diffChains(left, right, chain, before.family, after.family));
    }
  }
  return {
    same: before.family === after.family && chains.every(({ change }) => change === "same"),
    tablesAdded: names.filter((name) => !before.tables.has(name)),
    tablesRemoved: names.filter((name) => !after.tables.has(name)),
    chains,
  };
}

function emptyTable(name: TableName): Table {
  return { name, chains: new Map() };
}

function chainNames(left: Table, right: Table): readonly string[] {
  return orderedChains({ name: left.name, chains: new Map([...left.chains, ...right.chains]) });
}

function diffChains(
  left: Table,
  right: Table,
  name: string,
  leftFamily: Family,
  rightFamily: Family,
): ChainDiff {
  const before = left.chains.get(name);
  const after = right.chains.get(name);
  const isBuiltIn = BUILT_IN_CHAINS[left.name].some((hook) => hook === name);
  const policy = isBuiltIn ? diffPolicies(before, after) : undefined;
  const rules = diffRules(before?.rules ?? [], after?.rules ?? [], leftFamily, rightFamily);
  const isSame = policy === undefined && rules.every(({ change }) => change === "same");
  const change =
    before === undefined && !isBuiltIn
      ? "added"
      : after === undefined && !isBuiltIn
        ? "removed"
        : isSame
          ? "same"
          : "changed";
  return { table: left.name, chain: name, change, policy, rules };
}

function diffPolicies(before: Chain | undefined, after: Chain | undefined): ChainDiff["policy"] {
  const was = before?.policy ?? "ACCEPT";
  const is = after?.policy ?? "ACCEPT";
  return was === is ? undefined : { before: was, after: is };
}

function diffRules(
  before: readonly Rule[],
  after: readonly Rule[],
  leftFamily: Family,
  rightFamily: Family,
): readonly RuleDiff[] {
  const left = before.map((rule) => ruleKey(rule, leftFamily));
  const right = after.map((rule) => ruleKey(rule, rightFamily));
  const steps = diffLists(left, right);
  const moves = findMoves(steps, left, right);
  const found: RuleDiff[] = [];
  for (const { before: at, after: to } of steps) {
    const old = at === undefined ? undefined : before[at];
    const fresh = to === undefined ? undefined : after[to];
    if (at !== undefined && old !== undefined && to !== undefined && fresh !== undefined) {
      found.push({
        change: "same",
        before: old,
        after: fresh,
        position: at + 1,
        newPosition: to + 1,
      });
    } else if (at !== undefined && old !== undefined) {
      const movedTo = moves.to.get(at);
      found.push({ change: "removed", before: old, position: at + 1, movedTo });
    } else if (to !== undefined && fresh !== undefined) {
      const movedFrom = moves.from.get(to);
      found.push({ change: "added", after: fresh, newPosition: to + 1, movedFrom });
    }
  }
  return found;
}

/** Pairs each removed rule with an added one that is the same, in order. */
function findMoves(
  steps: readonly ListStep[],
  left: readonly string[],
  right: readonly string[],
): { readonly to: ReadonlyMap<number, number>; readonly from: ReadonlyMap<number, number> } {
  const added = new Map<string, number[]>();
  for (const { before, after } of steps) {
    if (before !== undefined || after === undefined) continue;
    const key = right[after] ?? "";
    const places = added.get(key);
    if (places === undefined) added.set(key, [after]);
    else places.push(after);
  }
  for (const places of added.values()) places.reverse();
  const to = new Map<number, number>();
  const from = new Map<number, number>();
  for (const { before, after } of steps) {
    if (before === undefined || after !== undefined) continue;
    const place = added.get(left[before] ?? "")?.pop();
    if (place === undefined) continue;
    to.set(before, place + 1);
    from.set(place, before + 1);
  }
  return { to, from };
}
