import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import type { RawObject } from "../../../engine/arbitraries/cluster.js";
import { sameRuleset } from "../../../engine/iptables/canonical.js";
import { parseDump } from "../../../engine/iptables/parse.js";
import type { Ruleset } from "../../../engine/iptables/types.js";
import { createSync } from "../../../engine/kube-proxy/sync/sync.js";
import { checkObjects } from "../../../engine/kubernetes/read.js";
import { clusterHistory, compileCluster } from "../../support/arbitraries/cluster.js";
import { CASES, SEED } from "../../support/kernel/cases.js";
import { KernelNode, type Backend } from "../../support/kernel/node.js";
import { skipWithoutKernel } from "../../support/kernel/require.js";
import { NODE_TOPOLOGY } from "../../support/kernel/topology.js";

const skip = skipWithoutKernel();
const HISTORIES = Math.max(10, Math.round(CASES / 100));

class Restorer {
  readonly #node: KernelNode;
  readonly #backend: Backend;
  readonly #tool: string;
  readonly #family: 4 | 6;

  constructor(node: KernelNode, backend: Backend, family: 4 | 6) {
    this.#node = node;
    this.#backend = backend;
    this.#family = family;
    this.#tool = `${family === 4 ? "iptables" : "ip6tables"}-${backend}`;
  }

  async empty(): Promise<void> {
    assert.equal(await this.#node.load("", this.#backend, this.#family, false), undefined);
  }

  async restore(text: string): Promise<void> {
    if (text === "") return;
    const argv = [`${this.#tool}-restore`, "--noflush", "--counters"];
    const { status, stderr } = await this.#node.attempt(argv, text);
    assert.equal(status, 0, `${stderr}\n${text}`);
  }

  async save(): Promise<Ruleset> {
    const dump = parseDump(await this.#node.command([`${this.#tool}-save`]), {
      family: this.#family,
    });
    const ruleset = dump.value.sections[0]?.ruleset;
    assert.ok(ruleset);
    return ruleset;
  }
}

/** Every sync of a history, then a first sync of its end on empty tables. */
async function play(
  node: KernelNode,
  backend: Backend,
  moments: readonly (readonly RawObject[])[],
  setup: Omit<Parameters<typeof compileCluster>[0], "objects">,
): Promise<readonly [summed: Ruleset, fresh: Ruleset]> {
  const restorer = new Restorer(node, backend, setup.flags.family);
  const sync = createSync(setup);
  await restorer.empty();
  for (const objects of moments) {
    sync.replace(checkObjects(objects).value);
    await restorer.restore(sync.sync().text);
  }
  const summed = await restorer.save();
  await restorer.empty();
  await restorer.restore(compileCluster({ ...setup, objects: moments.at(-1) ?? [] }).text);
  return [summed, await restorer.save()];
}

for (const backend of ["legacy", "nft"] as const satisfies readonly Backend[]) {
  describe(`minimal syncs, restored by iptables-${backend}-restore`, { skip }, () => {
    it(`sum up to a first sync of the end (${HISTORIES} histories, seed ${SEED})`, async () => {
      const node = await KernelNode.create(NODE_TOPOLOGY);
      try {
        const histories = fc.sample(clusterHistory, { seed: SEED, numRuns: HISTORIES });
        for (const { moments, config, flags } of histories) {
          const [summed, fresh] = await play(node, backend, moments, { config, flags });
          assert.ok(sameRuleset(summed, fresh), JSON.stringify({ moments, config, flags }));
        }
      } finally {
        await node.close();
      }
    });
  });
}
