import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { canonicalRuleset, sameRule, sameRuleset } from "../../../engine/iptables/canonical.js";
import { parseDump } from "../../../engine/iptables/parse.js";
import type { Ruleset } from "../../../engine/iptables/types.js";
import { readRule } from "../../support/rules.js";

function ruleset(text: string): Ruleset {
  const found = parseDump(text).value.sections[0]?.ruleset;
  if (found === undefined) throw new Error("no section");
  return found;
}

const SAME: readonly (readonly [string, string])[] = [
  ["-s 10.0.0.1", "-s 10.0.0.1/32"],
  ["-s 10.9.8.7/8", "--src 10/255.0.0.0"],
  ["-s 0/0 -p all -i +", ""],
  ["-p tcp --dport 80", "-m tcp --dport http -p 6"],
  ["-p tcp --syn", "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN"],
  ["-p tcp --sport 1:", "-p tcp --sport 1:65535"],
  ["-j MARK --or-mark 0x4000", "-j MARK --set-xmark 0x4000/0x4000"],
  ["-j MARK --and-mark 0xff", "-j MARK --set-xmark 0x0/0xffffff00"],
  ["-j MARK --xor-mark 0x4000", "-j MARK --set-xmark 0x4000/0x0"],
  ["-j MARK --set-mark 0x12", "-j MARK --set-xmark 0x12/0xffffffff"],
  [
    "-m statistic --mode random --probability 0.3333333333 -j B",
    "-m statistic --probability 0.33333333349 --mode random -j B",
  ],
  [
    "-m recent --name X --rcheck --seconds 3 --reap",
    "-m recent --rcheck --seconds 3 --reap --name X --mask 255.255.255.255 --rsource",
  ],
  ["-j REJECT", "-j REJECT --reject-with icmp-port-unreachable"],
  ["-m conntrack --ctstate RELATED,ESTABLISHED", "-m conntrack --ctstate ESTABLISHED,RELATED"],
  ["-m state --state NEW", "-m conntrack --ctstate NEW"],
  ["-j NOTRACK", "-j CT --notrack"],
  ["-m limit", "-m limit --limit 3/hour --limit-burst 5"],
  ["-c 3 4 -p tcp", "-p tcp"],
];

const DIFFERENT: readonly (readonly [string, string])[] = [
  ["-s 10.0.0.1", "! -s 10.0.0.1"],
  ["-i eth0", "-i eth0+"],
  ["-p tcp", "-p udp"],
  ["-j B", "-g B"],
  ["-m comment --comment a", "-m comment --comment b"],
  ["-m mark --mark 1 -m comment --comment a", "-m comment --comment a -m mark --mark 1"],
  [
    "-m statistic --mode random --probability 0.3333333333",
    "-m statistic --mode random --probability 0.33333",
  ],
  ["-p tcp", "-p tcp -m tcp"],
];

describe("two rules", () => {
  for (const [left, right] of SAME) {
    it(`are the same: "${left}" and "${right}"`, () => {
      assert.equal(sameRule(readRule(left), readRule(right), 4), true);
    });
  }

  for (const [left, right] of DIFFERENT) {
    it(`are not the same: "${left}" and "${right}"`, () => {
      assert.equal(sameRule(readRule(left), readRule(right), 4), false);
    });
  }
});

describe("two rulesets", () => {
  it("are the same whatever the order of tables and chains, and the built-in chains left out", () => {
    const left = ruleset("*nat\nCOMMIT\n*filter\n:B -\n:A -\n-A A -j B\nCOMMIT\n");
    const right = ruleset(
      "*filter\n:INPUT ACCEPT [9:9]\n:FORWARD ACCEPT [0:0]\n:A -\n:B -\n-A A -j B\nCOMMIT\n*nat\nCOMMIT\n",
    );
    assert.equal(sameRuleset(left, right), true);
    assert.deepEqual(canonicalRuleset(left), canonicalRuleset(right));
  });

  it("differ in a policy, a chain, or the order of rules", () => {
    const base = ruleset("*filter\n:A -\n-A A -p tcp\n-A A -p udp\nCOMMIT\n");
    for (const other of [
      "*filter\n:INPUT DROP\n:A -\n-A A -p tcp\n-A A -p udp\nCOMMIT\n",
      "*filter\n:A -\n:B -\n-A A -p tcp\n-A A -p udp\nCOMMIT\n",
      "*filter\n:A -\n-A A -p udp\n-A A -p tcp\nCOMMIT\n",
      "*mangle\n:A -\n-A A -p tcp\n-A A -p udp\nCOMMIT\n",
    ]) {
      assert.equal(sameRuleset(base, ruleset(other)), false, other);
    }
  });

  it("made canonical twice are as made once", () => {
    const once = canonicalRuleset(
      ruleset("*filter\n:B -\n:A -\n-A A -s 10.1/16 -j REJECT\nCOMMIT\n"),
    );
    assert.deepEqual(canonicalRuleset(once), once);
  });
});
