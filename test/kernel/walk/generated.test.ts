import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import type { Family } from "../../../engine/net/ip.js";
import { CASES, SEED } from "../../support/kernel/cases.js";
import { differenceText, Duel } from "../../support/kernel/duel.js";
import { injection } from "../../support/kernel/packets.js";
import { skipWithoutKernel } from "../../support/kernel/require.js";
import { restoreText, ruleSet } from "../../support/kernel/rule-sets.js";
import { setsOf } from "../../support/kernel/sets.js";
import { generatedTopology } from "../../support/kernel/topology.js";

/** Rule sets tried in one call of the property; a failure shrinks within it. */
const RULE_SETS_A_ROUND = 50;

describe("a packet through generated rules", { skip: skipWithoutKernel() }, () => {
  for (const [backend, family] of [
    ["legacy", 4],
    ["legacy", 6],
    ["nft", 4],
    ["nft", 6],
  ] as const) {
    it(`goes as the kernel sends it (${backend}, IPv${family}, seed ${SEED})`, async (context) => {
      const duel = await Duel.create(generatedTopology(), backend, family, {
        sets: setsOf(family),
      });
      try {
        const ruleSets = await fight(duel, family, CASES / 4);
        context.diagnostic(
          `${duel.compared} packets through ${ruleSets} rule sets; iptables refused ${duel.refused}`,
        );
        assert.ok(duel.refused < ruleSets * 0.2, "too many rule sets are refused");
      } finally {
        await duel.close();
      }
    });
  }
});

/** Goes on until so many packets were compared; returns how many rule sets that took. */
async function fight(duel: Duel, family: Family, packets: number): Promise<number> {
  const property = fc.asyncProperty(
    ruleSet(family).map(restoreText),
    fc.array(injection(family), { minLength: 1, maxLength: 10, size: "max" }),
    async (text, injections) => {
      const difference = await duel.fightApart(text, injections);
      if (difference !== undefined) throw new Error(differenceText(difference));
    },
  );
  let ruleSets = 0;
  while (duel.compared < packets) {
    const run = await fc.check(property, { seed: SEED + ruleSets, numRuns: RULE_SETS_A_ROUND });
    if (run.failed) {
      const cause = run.errorInstance instanceof Error ? run.errorInstance.message : "";
      assert.fail(
        `seed ${run.seed}, path "${run.counterexamplePath}", shrunk ${run.numShrinks} times:\n${cause}`,
      );
    }
    ruleSets += RULE_SETS_A_ROUND;
  }
  return ruleSets;
}
