import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { applyRestore } from "../../../engine/iptables/apply.js";
import { sameRuleset } from "../../../engine/iptables/canonical.js";
import { parseRestore } from "../../../engine/iptables/parse.js";
import { PROBABILITY_GRID } from "../../../engine/iptables/probability.js";
import type { Chain, Rule, Ruleset } from "../../../engine/iptables/types.js";
import { completeRuleset } from "../../../engine/kube-proxy/complete.js";
import { sizeOf } from "../../../engine/kube-proxy/size.js";
import { cluster, compileCluster, plainCluster } from "../../support/arbitraries/cluster.js";

const SPARE = new Set(["KUBE-PROXY-CANARY", "KUBE-KUBELET-CANARY", "KUBE-IPTABLES-HINT"]);

function targetOf({ target }: Rule): string | undefined {
  return target?.name === "jump" || target?.name === "goto" ? target.chain : undefined;
}

function* allChains(ruleset: Ruleset): Generator<readonly [table: string, chain: Chain]> {
  for (const [table, { chains }] of ruleset.tables) {
    for (const chain of chains.values()) yield [table, chain];
  }
}

/** For each rule that jumps to an endpoint: its share of the packets that reach the chain. */
function sharesOf(chain: Chain): readonly number[] {
  const shares: number[] = [];
  let left = 1;
  for (const rule of chain.rules) {
    if (targetOf(rule)?.startsWith("KUBE-SEP-") !== true) continue;
    if (rule.matches.some(({ name }) => name === "recent")) continue;
    const draw = rule.matches.find((match) => match.name === "statistic");
    const chance = (draw?.probability?.value.threshold ?? PROBABILITY_GRID) / PROBABILITY_GRID;
    shares.push(left * chance);
    left *= 1 - chance;
  }
  return shares;
}

describe("the rules of a compiled cluster", () => {
  it("mean to the parser what the compiler meant", () => {
    fc.assert(
      fc.property(cluster, (one) => {
        const compilation = compileCluster(one);
        const read = parseRestore(compilation.text, { family: compilation.settings.family });
        assert.deepEqual(read.faults, []);
        const parsed = applyRestore(undefined, read.value, { noflush: true });
        const typed = applyRestore(undefined, compilation.input, { noflush: true });
        assert.deepEqual([...parsed.faults, ...typed.faults], []);
        assert.ok(sameRuleset(parsed.value, typed.value));
      }),
    );
  });

  it("reach every chain, and jump to none that is not there", () => {
    fc.assert(
      fc.property(cluster, (one) => {
        const ruleset = completeRuleset(compileCluster(one));
        for (const [table, { chains }] of ruleset.tables) {
          const reached = new Set([...chains.values()].flatMap(({ rules }) => rules.map(targetOf)));
          for (const name of reached) assert.ok(name === undefined || chains.has(name), name);
          for (const { name, policy } of chains.values()) {
            const isReached = policy !== undefined || reached.has(name) || SPARE.has(name);
            assert.ok(isReached || name === "KUBE-MARK-MASQ", `${table} ${name}`);
          }
        }
      }),
    );
  });

  it("say of every rule what it was made for and why", () => {
    fc.assert(
      fc.property(cluster, (one) => {
        for (const [, { rules }] of allChains(completeRuleset(compileCluster(one)))) {
          for (const { origin } of rules) {
            assert.ok(origin.kind === "compiled" && origin.reason !== "");
          }
        }
      }),
    );
  });

  it("give every endpoint of a chain the same share, to within the kernel's grid", () => {
    fc.assert(
      fc.property(cluster, (one) => {
        for (const [, chain] of allChains(completeRuleset(compileCluster(one)))) {
          const shares = sharesOf(chain);
          for (const share of shares) {
            assert.ok(Math.abs(share - 1 / shares.length) <= 1.5 / PROBABILITY_GRID);
          }
        }
      }),
    );
  });

  it("are as many as kube-proxy's formula says: nat 5 + S(2 + 3E) for ClusterIP", () => {
    fc.assert(
      fc.property(plainCluster, (one) => {
        const compilation = compileCluster(one);
        const expected = compilation.beliefs.reduce(
          (sum, { endpoints }) => sum + (endpoints.length > 0 ? 2 + 3 * endpoints.length : 0),
          5,
        );
        assert.equal(sizeOf(compilation).rules.nat, expected);
        const nat = compilation.text.slice(compilation.text.indexOf("*nat"));
        assert.equal(nat.match(/^-A /gm)?.length, expected);
      }),
    );
  });
});
