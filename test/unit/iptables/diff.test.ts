import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { diffRulesets, type RulesetDiff } from "../../../engine/iptables/diff.js";
import { parseDump } from "../../../engine/iptables/parse.js";
import type { Ruleset } from "../../../engine/iptables/types.js";
import { filterTable } from "../../support/rules.js";

function ruleset(text: string): Ruleset {
  const found = parseDump(text, { family: 4 }).value.sections[0]?.ruleset;
  if (found === undefined) throw new Error("no section");
  return found;
}

function diff(before: readonly string[], after: readonly string[]): RulesetDiff {
  return diffRulesets(ruleset(filterTable(...before)), ruleset(filterTable(...after)));
}

/** The changes in chain A: `=1:2` kept, `-1` removed, `+2` added, with `>` where it was moved to. */
function changes({ chains }: RulesetDiff): readonly string[] {
  const chain = chains.find(({ chain: name }) => name === "A");
  return (chain?.rules ?? []).map((rule) => {
    switch (rule.change) {
      case "same":
        return `=${rule.position}:${rule.newPosition}`;
      case "removed":
        return `-${rule.position}${rule.movedTo === undefined ? "" : `>${rule.movedTo}`}`;
      case "added":
        return `+${rule.newPosition}${rule.movedFrom === undefined ? "" : `<${rule.movedFrom}`}`;
      default:
        return rule satisfies never;
    }
  });
}

const TCP = "-A A -p tcp -j ACCEPT";
const UDP = "-A A -p udp -j ACCEPT";
const ICMP = "-A A -p icmp -j ACCEPT";
const ESP = "-A A -p esp -j ACCEPT";

describe("the difference of two rulesets", () => {
  it("is none where only spelling, counters and chain order differ", () => {
    const left = ruleset("*filter\n:A -\n:B -\n-A A -s 10.0.0.1 -j MARK --or-mark 1\nCOMMIT\n");
    const right = ruleset(
      "*filter\n:B - [7:7]\n:A -\n[1:1] -A A -s 10.0.0.1/32 -j MARK --set-xmark 0x1/0x1\nCOMMIT\n",
    );
    assert.equal(diffRulesets(left, right).same, true);
  });

  it("keeps what is common in order, with what went before what came", () => {
    assert.deepEqual(changes(diff([TCP, UDP, ICMP], [TCP, ESP, ICMP])), [
      "=1:1",
      "-2",
      "+2",
      "=3:3",
    ]);
    assert.deepEqual(changes(diff([TCP, UDP], [ESP, TCP, UDP])), ["+1", "=1:2", "=2:3"]);
    assert.deepEqual(changes(diff([TCP, UDP], [TCP])), ["=1:1", "-2"]);
  });

  it("tells a rule that was only moved", () => {
    assert.deepEqual(changes(diff([TCP, UDP, ICMP], [UDP, ICMP, TCP])), [
      "-1>3",
      "=2:1",
      "=3:2",
      "+3<1",
    ]);
  });

  it("pairs repeated rules one by one", () => {
    assert.deepEqual(changes(diff([TCP, TCP, UDP], [TCP, UDP])), ["=1:1", "-2", "=3:2"]);
  });

  it("tells chains, tables and policies that came, went or changed", () => {
    const before = ruleset("*filter\n:INPUT ACCEPT\n:OLD -\nCOMMIT\n*raw\nCOMMIT\n");
    const after = ruleset("*filter\n:INPUT DROP\n:NEW -\nCOMMIT\n*nat\nCOMMIT\n");
    const found = diffRulesets(before, after);
    assert.equal(found.same, false);
    assert.deepEqual([found.tablesAdded, found.tablesRemoved], [["nat"], ["raw"]]);
    const changed = found.chains.filter(({ change }) => change !== "same");
    assert.deepEqual(
      changed.map(({ chain, change, policy }) => [chain, change, policy]),
      [
        ["INPUT", "changed", { before: "ACCEPT", after: "DROP" }],
        ["NEW", "added", undefined],
        ["OLD", "removed", undefined],
      ],
    );
  });

  it("of chains of 20,000 wholly different rules is found without delay", () => {
    const rules = (octet: number) =>
      Array.from(
        { length: 20_000 },
        (_, at) => `-A A -s ${octet}.1.${at >> 8}.${at & 255} -j DROP`,
      );
    const found = diff(rules(10), rules(11));
    assert.equal(changes(found).length, 40_000);
  });
});
