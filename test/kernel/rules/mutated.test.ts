import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import * as fc from "fast-check";
import type { Family } from "../../../engine/net/ip.js";
import { explain, type Difference } from "./explain.js";
import { agrees, printedHere, readHere, refusalsHere, savedThere, tryEach } from "./lone-rules.js";
import type { Case, LoneRule } from "./lone-rules.js";
import { mutatedRules } from "./mutated-rules.js";
import { BACKENDS, whyNot } from "./real-tools.js";
import { RULE_DIFFERENCES } from "./rule-differences.js";

const skip = whyNot();
const SEED = Number(process.env["CHAINWALK_SEED"] ?? 31_415);
/** For each of the four pairs of family and backend. */
const RULES = Number(process.env["CHAINWALK_MUTANTS"] ?? 400);

/** A match that kernels may lack; and `-h` and `-V`, which end the run before anything is loaded. */
const LEFT_OUT = /ipvs|(?:^| )-(?:-h|-V|-ve|h|V)/;

function mutants(family: Family): readonly LoneRule[] {
  const all = mutatedRules(family, new Set(["ipvs"]));
  return fc.sample(all, { numRuns: RULES, seed: SEED }).filter(({ rule }) => !LEFT_OUT.test(rule));
}

function describeCase(one: Case) {
  const { lone, here, there, backend } = one;
  return {
    ...lone,
    refused: refusalsHere(here, backend).map(({ code, message }) => `${code}: ${message}`),
    printed: printedHere(one),
    real: there.accepted ? savedThere(one) : there.message,
  };
}

/** How many each reason excuses; the cases that the list does not tell all of. */
function judge(cases: readonly Case[]) {
  const excused = new Map<Difference, number>();
  const unexplained: Case[] = [];
  for (const one of cases.filter((each) => !agrees(each))) {
    const reasons = explain(one, RULE_DIFFERENCES);
    if (reasons === undefined) unexplained.push(one);
    for (const reason of reasons ?? []) excused.set(reason, (excused.get(reason) ?? 0) + 1);
  }
  return { excused, unexplained };
}

describe(`rules with words changed at random (seed ${SEED})`, { skip }, () => {
  for (const family of [4, 6] as const) {
    const rules = skip === false ? mutants(family) : [];
    for (const backend of BACKENDS) {
      it(`are taken, refused and saved by ${backend} for IPv${family} as here`, (context: TestContext) => {
        const taken = rules.filter(
          (rule) => refusalsHere(readHere(rule, family), backend).length === 0,
        ).length;
        context.diagnostic(`${rules.length} rules, ${taken} of them taken`);
        assert.ok(taken > rules.length / 5 && taken < rules.length, "both kinds are met");
        const { excused, unexplained } = judge(tryEach(rules, family, backend));
        for (const [{ reason }, count] of excused) context.diagnostic(`${count}: ${reason}`);
        assert.deepEqual(unexplained.map(describeCase), []);
      });
    }
  }
});
