import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { applyRestore } from "../../../engine/iptables/apply.js";
import { parseRestore } from "../../../engine/iptables/parse.js";
import { printRuleset } from "../../../engine/iptables/print.js";
import type { Ruleset } from "../../../engine/iptables/types.js";
import { chainOf, codesOf } from "../../support/rules.js";

function apply(base: Ruleset | undefined, text: string, noflush = true) {
  return applyRestore(base, parseRestore(text).value, { noflush });
}

const BASE = apply(
  undefined,
  "*nat\n:A -\n:B -\n-A PREROUTING -j A\n-A A -j B\n-A B -j ACCEPT\nCOMMIT\n*filter\n-A INPUT -j DROP\nCOMMIT\n",
).value;

const rulesIn = (ruleset: Ruleset, chain: string) => chainOf(ruleset, "nat", chain).rules.length;

describe("restoring", () => {
  it("replaces the tables it names and leaves the others", () => {
    const { value, faults } = apply(BASE, "*nat\n:C -\nCOMMIT\n", false);
    assert.deepEqual(faults, []);
    assert.deepEqual(
      [...(value.tables.get("nat")?.chains.keys() ?? [])],
      ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING", "C"],
    );
    assert.equal(chainOf(value, "filter", "INPUT").rules.length, 1);
  });

  it("without flushing empties only the user chains it declares", () => {
    const { value } = apply(
      BASE,
      "*nat\n:PREROUTING ACCEPT [0:0]\n:A - [0:0]\n-A A -j RETURN\nCOMMIT\n",
    );
    assert.deepEqual(
      ["PREROUTING", "A", "B"].map((chain) => rulesIn(value, chain)),
      [1, 1, 1],
    );
    assert.equal(chainOf(value, "nat", "A").rules[0]?.target?.name, "RETURN");
  });

  it("deletes a declared chain once nothing jumps to it", () => {
    const { value, faults } = apply(BASE, "*nat\n:A - [0:0]\n:B - [0:0]\n-X B\nCOMMIT\n");
    assert.deepEqual(faults, []);
    assert.equal(value.tables.get("nat")?.chains.has("B"), false);
  });

  it("leaves a table as it was when one of its commands cannot be done, and stops there", () => {
    const text = "*nat\n-A A -j ACCEPT\n-X B\nCOMMIT\n*filter\n-F\nCOMMIT\n";
    const { value, faults } = apply(BASE, text);
    assert.deepEqual(codesOf(faults), ["chain-not-empty"]);
    assert.equal(printRuleset(value, "save"), printRuleset(BASE, "save"));
  });

  it("keeps tables that came before the one that failed", () => {
    const { value, faults } = apply(BASE, "*filter\n-F\nCOMMIT\n*nat\n-X A\nCOMMIT\n");
    assert.deepEqual(codesOf(faults), ["chain-not-empty"]);
    assert.equal(chainOf(value, "filter", "INPUT").rules.length, 0);
    assert.equal(rulesIn(value, "A"), 1);
  });

  for (const [command, code] of [
    ["-X NONE", "no-such-chain"],
    ["-F NONE", "no-such-chain"],
    ["-Z NONE", "no-such-chain"],
    ["-N A", "chain-exists"],
    ["-E A B", "chain-exists"],
    ["-E PREROUTING C", "no-such-chain"],
    ["-X PREROUTING", "no-such-chain"],
    ["-D A -p tcp", "no-such-rule"],
    ["-D A 2", "no-such-position"],
    ["-R A 2 -j ACCEPT", "no-such-position"],
    ["-I A 3 -j ACCEPT", "no-such-position"],
    ["-P A DROP", "policy-on-user-chain"],
    ["-P NONE DROP", "no-such-chain"],
    ["-A NONE -j ACCEPT", "no-such-chain"],
  ] as const) {
    it(`refuses ${command}: ${code}`, () => {
      assert.deepEqual(codesOf(apply(BASE, `*nat\n${command}\nCOMMIT\n`).faults), [code]);
    });
  }

  it("refuses to delete an empty chain that is jumped to", () => {
    const { faults } = apply(BASE, "*nat\n-F B\n-X B\nCOMMIT\n");
    assert.deepEqual(codesOf(faults), ["chain-in-use"]);
  });

  it("follows jumps to a chain's new name", () => {
    const { value, faults } = apply(BASE, "*nat\n-E B C\nCOMMIT\n");
    assert.deepEqual(faults, []);
    assert.deepEqual(chainOf(value, "nat", "A").rules[0]?.target, { name: "jump", chain: "C" });
  });

  it("deletes the rule that means the same, however it is spelled", () => {
    const base = apply(
      undefined,
      "*nat\n-A PREROUTING -p tcp --dport 80 -j ACCEPT\nCOMMIT\n",
    ).value;
    const { value, faults } = apply(
      base,
      "*nat\n-D PREROUTING -m tcp -p 6 --dport http -j ACCEPT\nCOMMIT\n",
    );
    assert.deepEqual(faults, []);
    assert.equal(rulesIn(value, "PREROUTING"), 0);
  });

  it("carries chain lines out where they stand among the commands", () => {
    const left = apply(BASE, "*nat\n-F A\n-X B\n:B - [0:0]\n-A B -j RETURN\nCOMMIT\n");
    assert.deepEqual(codesOf(left.faults), ["chain-not-empty"], "B holds a rule still");
    const { value, faults } = apply(BASE, "*nat\n-F A\n-F B\n-X B\n:B -\nCOMMIT\n");
    assert.deepEqual(codesOf(faults), []);
    assert.ok(value.tables.get("nat")?.chains.has("B"));
  });

  it("empties a chain that is declared again, which only without --noflush is a mistake", () => {
    const twice = "*nat\n:A -\n:A -\nCOMMIT\n";
    assert.deepEqual(codesOf(apply(BASE, twice).faults), []);
    assert.deepEqual(codesOf(apply(undefined, twice, false).faults), ["chain-twice"]);
    const made = "*nat\n-N A\n:A -\nCOMMIT\n";
    assert.deepEqual(codesOf(apply(undefined, made, false).faults), ["chain-twice"]);
  });

  it("zeroes the counters of a rule, of a chain's rules or of all", () => {
    const counted = apply(
      undefined,
      "*nat\n:OUTPUT ACCEPT [1:1]\n[2:2] -A OUTPUT -p 6\n[3:3] -A OUTPUT -p 17\nCOMMIT\n",
    ).value;
    const after = (commands: string) => {
      const { value } = apply(counted, `*nat\n${commands}\nCOMMIT\n`);
      const { counters, rules } = chainOf(value, "nat", "OUTPUT");
      return [counters, ...rules.map((rule) => rule.counters)].map((each) => each?.packets ?? 0n);
    };
    assert.deepEqual(after("-Z OUTPUT 2"), [1n, 2n, 0n]);
    assert.deepEqual(after("-Z OUTPUT"), [0n, 0n, 0n]);
    assert.deepEqual(after("-Z\n[9:9] -A OUTPUT"), [0n, 0n, 0n, 9n]);
    assert.deepEqual(after("-Z INPUT\n[9:9] -I OUTPUT\n-Z"), [0n, 0n, 0n, 0n]);
  });

  it("does not touch its base", () => {
    const before = printRuleset(BASE, "save");
    apply(BASE, "*nat\n-F\n-X\nCOMMIT\n");
    assert.equal(printRuleset(BASE, "save"), before);
  });
});
