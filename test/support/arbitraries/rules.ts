import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";
import {
  BUILT_IN_CHAINS,
  TABLE_NAMES,
  type Chain,
  type Hook,
  type Ruleset,
  type Table,
  type TableName,
} from "../../../engine/iptables/types.js";
import { ruleArbitrary } from "./rules-rule.js";
import type { RuleSetting } from "./rules-setting.js";
import { plainWord } from "./rules-values.js";

export { ruleArbitrary, ruleWith } from "./rules-rule.js";
export type { RuleSetting } from "./rules-setting.js";

/** What a generated ruleset is made of. */
export interface RulesetSetting extends Pick<RuleSetting, "family" | "sets" | "without"> {
  /** Absent: any of the five. */
  readonly tables?: readonly TableName[];
  readonly maxRulesPerChain: number;
  readonly maxUserChains: number;
}

/**
 * Tables with rules, jumps, gotos and returns, without loops: a chain jumps to later ones only, and
 * only to such as stand all hooks from which it may itself be reached.
 */
export function rulesetArbitrary(setting: RulesetSetting): Arbitrary<Ruleset> {
  return fc
    .subarray([...(setting.tables ?? TABLE_NAMES)], { minLength: 1 })
    .chain((names) => fc.tuple(...names.map((name) => tableArbitrary(name, setting))))
    .map((tables) => ({
      family: setting.family,
      tables: new Map(tables.map((table) => [table.name, table])),
    }));
}

interface Place {
  readonly name: string;
  readonly hooks: readonly Hook[];
  readonly isBuiltIn: boolean;
}

function tableArbitrary(table: TableName, setting: RulesetSetting): Arbitrary<Table> {
  const hooks = BUILT_IN_CHAINS[table];
  const builtIn = hooks.map((hook) => ({ name: hook, hooks: [hook], isBuiltIn: true }));
  const user = fc.uniqueArray(plainWord(20), { maxLength: setting.maxUserChains }).chain((names) =>
    fc.tuple(
      ...names.map((name) =>
        fc.record({
          name: fc.constant(`c-${name}`),
          hooks: fc.subarray([...hooks], { minLength: 1 }),
          isBuiltIn: fc.constant(false),
        }),
      ),
    ),
  );
  return user.chain((places) => {
    const all: readonly Place[] = [...builtIn, ...places];
    return fc
      .tuple(...all.map((place, at) => chainArbitrary(place, all.slice(at + 1), table, setting)))
      .map((chains) => ({ name: table, chains: new Map(chains.map((one) => [one.name, one])) }));
  });
}

function chainArbitrary(
  place: Place,
  later: readonly Place[],
  table: TableName,
  setting: RulesetSetting,
): Arbitrary<Chain> {
  const chains = later
    .filter(({ isBuiltIn, hooks }) => !isBuiltIn && place.hooks.every((one) => hooks.includes(one)))
    .map(({ name }) => name);
  const rules = fc.array(ruleArbitrary({ ...setting, table, hooks: place.hooks, chains }), {
    maxLength: setting.maxRulesPerChain,
  });
  const policy =
    table === "nat"
      ? fc.constant("ACCEPT" as const)
      : fc.constantFrom("ACCEPT" as const, "DROP" as const);
  return fc.record({
    name: fc.constant(place.name),
    policy: place.isBuiltIn ? policy : fc.constant(undefined),
    counters: fc.constant(undefined),
    rules,
    line: fc.constant(undefined),
  });
}
