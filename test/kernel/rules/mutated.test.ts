import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import * as fc from "fast-check";
import { checkDump } from "../../../engine/iptables/check.js";
import { lastRuleset, parseDump } from "../../../engine/iptables/parse.js";
import { printRuleset } from "../../../engine/iptables/print.js";
import type { TableName } from "../../../engine/iptables/types.js";
import type { Family } from "../../../engine/net/ip.js";
import { explained } from "./mutated-differences.js";
import { mutatedRules, type LoneRule } from "./mutated-rules.js";
import { BACKENDS, loadEach, setsFor, tablesOf, whyNot, type Backend } from "./real-tools.js";

const skip = whyNot();
const SEED = Number(process.env["CHAINWALK_SEED"] ?? 31_415);
/** For each of the four pairs of family and backend. */
const RULES = Number(process.env["CHAINWALK_MUTANTS"] ?? 400);

/** What loading them depends on is more than the rules; `-h` and `-V` end the run. */
const LEFT_OUT = /ipvs|QUEUE|--helper|--timeout|--path|TRACE|(?:^| )-(?:-h|-V|-ve|h|V)/;

interface Reading {
  /** Codes of what is refused here; none: the rule is taken. */
  readonly refused: readonly string[];
  readonly warned: readonly string[];
  readonly printed: readonly string[];
}

function textOf({ table, chain, rule }: LoneRule): string {
  return `*${table}\n-A ${chain} ${rule}\nCOMMIT\n`;
}

function read(rule: LoneRule, family: Family): Reading {
  const dump = parseDump(textOf(rule), { family });
  const faults = checkDump(dump);
  const codes = (severity: string) =>
    faults.filter((fault) => fault.severity === severity).map(({ code }) => code);
  return {
    refused: codes("error"),
    warned: codes("warning"),
    printed: rulesIn(printRuleset(lastRuleset(dump.value, family), "save"), rule.table),
  };
}

function rulesIn(text: string, table: TableName): readonly string[] {
  return (
    tablesOf(text)
      .get(table)
      ?.filter((line) => line.startsWith("-A ")) ?? []
  );
}

function disagreements(rules: readonly LoneRule[], family: Family, backend: Backend) {
  const texts = rules.map(textOf);
  const sets = new Set(
    texts.flatMap((text) => setsFor(lastRuleset(parseDump(text, { family }).value, family))),
  );
  const outcomes = loadEach({ family, backend, texts, sets: [...sets] });
  assert.equal(outcomes.length, rules.length);
  return rules.flatMap((rule, at) => {
    const outcome = outcomes[at];
    const ours = read(rule, family);
    if (outcome === undefined) return [];
    const saved = outcome.accepted ? rulesIn(outcome.saved, rule.table) : undefined;
    const isSame =
      saved === undefined
        ? ours.refused.length > 0
        : ours.refused.length === 0 && saved.join("\n") === ours.printed.join("\n");
    if (isSame || explained({ ...ours, backend, rule: rule.rule, outcome }) !== undefined)
      return [];
    return [{ rule: textOf(rule), ours, real: saved ?? outcome }];
  });
}

describe(`rules with words changed at random (seed ${SEED})`, { skip }, () => {
  for (const family of [4, 6] as const) {
    const rules = fc
      .sample(mutatedRules(family, new Set(["QUEUE", "TRACE", "ipvs"])), {
        numRuns: RULES,
        seed: SEED,
      })
      .filter(({ rule }) => !LEFT_OUT.test(rule));
    for (const backend of BACKENDS) {
      it(`are taken, refused and saved by ${backend} for IPv${family} as here`, (context: TestContext) => {
        const taken = rules.filter((rule) => read(rule, family).refused.length === 0).length;
        context.diagnostic(`${rules.length} rules, ${taken} of them taken`);
        assert.ok(taken > rules.length / 5 && taken < rules.length, "both kinds are met");
        assert.deepEqual(disagreements(rules, family, backend), []);
      });
    }
  }
});
