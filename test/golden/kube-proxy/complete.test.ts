import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { completeRuleset } from "../../../engine/kube-proxy/complete.js";
import { compileFromFlags } from "../../../engine/kube-proxy/from-flags.js";
import { printRule } from "../../../engine/iptables/print.js";
import type { Ruleset, TableName } from "../../../engine/iptables/types.js";
import { ROOT } from "../../support/root.js";

const jumps = readFileSync(join(ROOT, "test/golden/kube-proxy/jumps.txt"), "utf8");

/** The rules of the built-in chains after kube-proxy has made its jumps one by one. */
function expectedChains(): ReadonlyMap<string, readonly string[]> {
  const chains = new Map<string, string[]>();
  for (const line of jumps.trim().split("\n")) {
    const made = /^-t (\w+) -I (\w+) (.*)$/.exec(line);
    if (made === null) continue;
    const [, table = "", chain = "", spec = ""] = made;
    const key = `${table} ${chain}`;
    const rule = `-A ${chain} ${spec.replaceAll("'", '"')}`;
    chains.set(key, [rule, ...(chains.get(key) ?? [])]);
  }
  return chains;
}

function rulesOf(ruleset: Ruleset, table: TableName, chain: string): readonly string[] {
  const rules = ruleset.tables.get(table)?.chains.get(chain)?.rules ?? [];
  return rules.map((rule) => printRule(chain, rule, "kube-proxy", ruleset.family));
}

describe("a complete ruleset", () => {
  const { value } = compileFromFlags([], {});
  const ruleset = completeRuleset(value);

  for (const [key, expected] of expectedChains()) {
    it(`has kube-proxy's jumps in ${key}, the last made first`, () => {
      const [table = "nat", chain = ""] = key.split(" ");
      assert.ok(table === "nat" || table === "filter");
      assert.deepEqual(rulesOf(ruleset, table, chain), expected);
    });
  }

  it("has kubelet's firewall on IPv4 nodes even where kube-proxy needs none", () => {
    const text = "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n";
    const config = { file: "config", text: `${text}iptables: { localhostNodePorts: false }\n` };
    const off = completeRuleset(compileFromFlags([], { config }).value);
    assert.equal(rulesOf(off, "filter", "KUBE-FIREWALL").length, 1);
    const six = completeRuleset(compileFromFlags([], { family: 6 }).value);
    assert.equal(rulesOf(six, "filter", "KUBE-FIREWALL").length, 0);
  });

  it("has the canary chains in mangle, nat and filter", () => {
    for (const name of ["mangle", "nat", "filter"] as const) {
      assert.ok(ruleset.tables.get(name)?.chains.has("KUBE-PROXY-CANARY"));
      assert.ok(ruleset.tables.get(name)?.chains.has("KUBE-KUBELET-CANARY"));
    }
  });
});
