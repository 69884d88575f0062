import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { hasErrors } from "../../../engine/errors.js";
import type { Family } from "../../../engine/net/ip.js";
import { completeText } from "../../../engine/kube-proxy/complete.js";
import { compileFromFlags } from "../../../engine/kube-proxy/from-flags.js";
import { CASES, SEED } from "../../support/kernel/cases.js";
import { cluster, NODE_ADDRESSES, type GeneratedCluster } from "../../support/kernel/clusters.js";
import { differenceText, Duel } from "../../support/kernel/duel.js";
import { skipWithoutKernel } from "../../support/kernel/require.js";
import { packetsAbout } from "../../support/kernel/spoken.js";
import { NODE_TOPOLOGY } from "../../support/kernel/topology.js";

const CLUSTERS_A_ROUND = 10;
const PACKETS_A_CLUSTER = 12;

describe("a packet through the rules of a generated cluster", { skip: skipWithoutKernel() }, () => {
  for (const [backend, family] of [
    ["legacy", 4],
    ["legacy", 6],
    ["nft", 4],
    ["nft", 6],
  ] as const) {
    it(`goes as the kernel sends it (${backend}, IPv${family}, seed ${SEED})`, async (context) => {
      const duel = await Duel.create(NODE_TOPOLOGY, backend, family);
      try {
        await fight(duel, family, CASES / 4);
        context.diagnostic(`${duel.compared} packets`);
        assert.equal(duel.refused, 0, "the real restore refuses compiled rules");
      } finally {
        await duel.close();
      }
    });
  }
});

async function fight(duel: Duel, family: Family, packets: number): Promise<void> {
  const tried = cluster(family)
    .map((made) => rulesOf(made, family))
    .chain((text) =>
      fc.tuple(
        fc.constant(text),
        fc.array(packetsAbout(text, family), {
          minLength: 1,
          maxLength: PACKETS_A_CLUSTER,
          size: "max",
        }),
      ),
    );
  const property = fc.asyncProperty(tried, async ([text, injections]) => {
    const difference = await duel.fightApart(text, injections);
    if (difference !== undefined) throw new Error(differenceText(difference));
  });
  for (let round = 0; duel.compared < packets; round++) {
    const run = await fc.check(property, { seed: SEED + round, numRuns: CLUSTERS_A_ROUND });
    if (run.failed) {
      const cause = run.errorInstance instanceof Error ? run.errorInstance.message : "";
      assert.fail(`seed ${run.seed}, path "${run.counterexamplePath}":\n${cause}`);
    }
  }
}

function rulesOf({ objects, config }: GeneratedCluster, family: Family): string {
  const compiled = compileFromFlags([{ file: "objects.json", text: objects }], {
    config: { file: "config.yaml", text: config },
    family,
    node: "worker-0",
    nodeIPs: family === 4 ? ["192.168.1.10"] : ["fd00:1::10"],
    addresses: { file: "addresses.json", text: NODE_ADDRESSES },
  });
  assert.equal(hasErrors(compiled.faults), false, JSON.stringify(compiled.faults));
  return completeText(compiled.value);
}
