import type { Fault } from "../../engine/errors.js";
import { parseDump, type ParseOptions } from "../../engine/iptables/parse.js";
import type { Chain, Rule, Ruleset, Table, TableName } from "../../engine/iptables/types.js";

/** Lines of one filter table that declares the chains A, B and C. */
export function filterTable(...lines: readonly string[]): string {
  return ["*filter", ":A - [0:0]", ":B - [0:0]", ":C - [0:0]", ...lines, "COMMIT", ""].join("\n");
}

export interface ReadRules {
  readonly rules: readonly Rule[];
  readonly faults: readonly Fault[];
}

/** The rules that `lines` leave in chain `A` of a filter table, IPv4 unless told otherwise. */
export function readRules(lines: readonly string[], options: ParseOptions = {}): ReadRules {
  const { value, faults } = parseDump(filterTable(...lines), { family: 4, ...options });
  const ruleset = value.sections[0]?.ruleset;
  return { rules: chainOf(ruleset, "filter", "A").rules, faults };
}

/** The rule that `-A A ...` means; fails unless it is one, without faults. */
export function readRule(words: string, options: ParseOptions = {}): Rule {
  const { rules, faults } = readRules([`-A A ${words}`], options);
  const [rule] = rules;
  if (rule === undefined || rules.length > 1 || faults.length > 0) {
    throw new Error(
      `"${words}": ${rules.length} rules, ${faults.map(({ message }) => message).join("; ")}`,
    );
  }
  return rule;
}

export function tableOf(ruleset: Ruleset | undefined, name: TableName): Table {
  const table = ruleset?.tables.get(name);
  if (table === undefined) throw new Error(`no table ${name}`);
  return table;
}

export function chainOf(ruleset: Ruleset | undefined, table: TableName, name: string): Chain {
  const chain = tableOf(ruleset, table).chains.get(name);
  if (chain === undefined) throw new Error(`no chain ${name}`);
  return chain;
}

export function codesOf(faults: readonly Fault[]): readonly string[] {
  return faults.map(({ code }) => code);
}
