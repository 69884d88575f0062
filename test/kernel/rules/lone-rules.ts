import type { Fault } from "../../../engine/errors.js";
import { checkDump } from "../../../engine/iptables/check.js";
import { lastRuleset, parseDump } from "../../../engine/iptables/parse.js";
import { printRule } from "../../../engine/iptables/print.js";
import type { Rule, TableName } from "../../../engine/iptables/types.js";
import type { Family } from "../../../engine/net/ip.js";
import { loadEach, setsFor, tablesOf, type Backend, type Outcome } from "./real-tools.js";

/** A rule by itself, and where it stands. */
export interface LoneRule {
  readonly table: TableName;
  readonly chain: string;
  /** What follows `-A CHAIN `. */
  readonly rule: string;
}

/** What is said here of a lone rule; several addresses make several rules of one line. */
export interface Here {
  readonly faults: readonly Fault[];
  readonly rules: readonly Rule[];
}

/** A lone rule as it is read here, and what a real tool does with it. */
export interface Case {
  readonly family: Family;
  readonly backend: Backend;
  readonly lone: LoneRule;
  readonly here: Here;
  readonly there: Outcome;
}

function textOf({ table, chain, rule }: LoneRule): string {
  return `*${table}\n-A ${chain} ${rule}\nCOMMIT\n`;
}

function rulesetOf(lone: LoneRule, family: Family) {
  return lastRuleset(parseDump(textOf(lone), { family }).value, family);
}

export function readHere(lone: LoneRule, family: Family): Here {
  const rules = rulesetOf(lone, family).tables.get(lone.table)?.chains.get(lone.chain)?.rules ?? [];
  return { faults: checkDump(parseDump(textOf(lone), { family })), rules };
}

/** What keeps a backend from taking the rule, as is said here; the fault may name the backend. */
export function refusalsHere(here: Here, backend: Backend): readonly Fault[] {
  return here.faults.filter(
    ({ severity, code }) => severity === "error" || code === `refused-by-${backend}`,
  );
}

export function printedHere({ lone, here, family }: Case): readonly string[] {
  return here.rules.map((rule) => printRule(lone.chain, rule, "save", family));
}

export function savedThere({ lone, there }: Case): readonly string[] {
  if (!there.accepted) return [];
  const lines = tablesOf(there.saved).get(lone.table) ?? [];
  return lines.filter((line) => line.startsWith("-A "));
}

/** Each rule loaded by itself. */
export function tryEach(
  lones: readonly LoneRule[],
  family: Family,
  backend: Backend,
): readonly Case[] {
  const sets = oneOfEachName(lones.flatMap((lone) => setsFor(rulesetOf(lone, family))));
  const outcomes = loadEach({ family, backend, texts: lones.map(textOf), sets });
  if (outcomes.length !== lones.length) throw new RangeError("some rules have not been tried");
  return lones.flatMap((lone, at) => {
    const there = outcomes[at];
    return there === undefined
      ? []
      : [{ family, backend, lone, here: readHere(lone, family), there }];
  });
}

/** Whether both refuse the rule, or both take it and print the same. */
export function agrees(one: Case): boolean {
  const refused = refusalsHere(one.here, one.backend).length > 0;
  if (refused || !one.there.accepted) return refused === !one.there.accepted;
  return savedThere(one).join("\n") === printedHere(one).join("\n");
}

/** Of `create NAME ...` lines for one name that with the most dimensions, which serves all rules. */
function oneOfEachName(lines: readonly string[]): readonly string[] {
  const found = new Map<string, string>();
  for (const line of lines) {
    const name = line.split(" ")[1] ?? "";
    if (line.length > (found.get(name)?.length ?? 0)) found.set(name, line);
  }
  return [...found.values()];
}
