import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sameRuleset } from "../../../engine/iptables/canonical.js";
import { parseDump } from "../../../engine/iptables/parse.js";
import type { Ruleset } from "../../../engine/iptables/types.js";
import { completeRuleset, completeText } from "../../../engine/kube-proxy/complete.js";
import { compileFromFlags } from "../../../engine/kube-proxy/from-flags.js";
import { caseFolder, casesIn, readCase } from "../../support/kube-proxy/cases.js";
import { KernelNode, type Backend } from "../../support/kernel/node.js";
import { skipWithoutKernel } from "../../support/kernel/require.js";
import { NODE_TOPOLOGY } from "../../support/kernel/topology.js";

const skip = skipWithoutKernel();
const folder = caseFolder("CHAINWALK_GOLDEN", "cases");
/** An endpoint address with leading zeros: kube-proxy writes it, and iptables cannot read it. */
const REFUSED = new Set(["151-addresses-leading-zeros"]);

/** What kube-proxy and kubelet keep to themselves: these three tables. */
function ours({ family, tables }: Ruleset): Ruleset {
  const kept = [...tables].filter(([name]) => ["mangle", "nat", "filter"].includes(name));
  return { family, tables: new Map(kept) };
}

for (const backend of ["legacy", "nft"] as const satisfies readonly Backend[]) {
  describe(`a complete text, loaded by iptables-${backend}-restore`, { skip }, () => {
    it("becomes the rules that were meant, whatever the cluster", async () => {
      const node = await KernelNode.create(NODE_TOPOLOGY);
      try {
        for (const name of casesIn(folder)) {
          const { source, inputs } = readCase(folder, name);
          const { value } = compileFromFlags([source("objects.json")], inputs);
          const { family } = value.settings;
          const refused = await node.load(completeText(value), backend, family, false);
          assert.equal(refused !== undefined, REFUSED.has(name), `${name}: ${refused}`);
          if (refused !== undefined) continue;
          const tool = family === 4 ? "iptables" : "ip6tables";
          const save = await node.command([`${tool}-${backend}-save`]);
          const loaded = parseDump(save, { family }).value.sections[0]?.ruleset;
          assert.ok(loaded, name);
          assert.ok(sameRuleset(ours(loaded), completeRuleset(value)), name);
        }
      } finally {
        await node.close();
      }
    });
  });
}
