import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import type { Family } from "../../../engine/net/ip.js";
import { CASES, SEED } from "../../support/kernel/cases.js";
import { conversation } from "../../support/kernel/conversation.js";
import { differenceText, Duel } from "../../support/kernel/duel.js";
import { skipWithoutKernel } from "../../support/kernel/require.js";
import { restoreText, ruleSet } from "../../support/kernel/rule-sets.js";
import { setsOf } from "../../support/kernel/sets.js";
import { generatedTopology } from "../../support/kernel/topology.js";

const RULE_SETS_A_ROUND = 50;

/**
 * New packets, packets of connections that are there, replies, and ICMP errors about packets that
 * came through, all through one node that remembers.
 */
describe("a conversation through generated rules", { skip: skipWithoutKernel() }, () => {
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
        await fight(duel, family, CASES / 4);
        context.diagnostic(`${duel.compared} packets`);
      } finally {
        await duel.close();
      }
    });
  }
});

async function fight(duel: Duel, family: Family, packets: number): Promise<void> {
  const property = fc.asyncProperty(
    ruleSet(family).map(restoreText),
    conversation(family),
    async (text, turns) => {
      const difference = await duel.fightTogether(text, turns);
      if (difference !== undefined) throw new Error(differenceText(difference));
    },
  );
  for (let round = 0; duel.compared < packets; round++) {
    const run = await fc.check(property, { seed: SEED + round, numRuns: RULE_SETS_A_ROUND });
    if (run.failed) {
      const cause = run.errorInstance instanceof Error ? run.errorInstance.message : "";
      assert.fail(`seed ${run.seed}, path "${run.counterexamplePath}":\n${cause}`);
    }
  }
}
