import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lastRuleset, parseDump } from "../../../engine/iptables/parse.js";
import { seeded } from "../../../tracer/choose/seeded.js";
import type { Chooser } from "../../../tracer/choose/types.js";
import { makePacket } from "../../../tracer/packet/make.js";
import type { Packet } from "../../../tracer/packet/types.js";
import { batchOf } from "../../../tracer/program/batch.js";
import { linkProgram } from "../../../tracer/program/link.js";
import { makeResult, matchedRules } from "../../../tracer/program/result.js";
import { runBatch } from "../../../tracer/program/run-batch.js";
import { batchAnswers, walkedAnswers } from "../../support/program/compare.js";
import { address, dumpOf, host, type RulesText } from "../../support/walk.js";

const POD = address("10.0.0.5");
const OTHER = address("10.0.0.6");
const OUTSIDE = address("192.0.2.9");
const SERVICE = address("10.96.0.1");

const NODE = host();

const SERVICES = [
  "-A PREROUTING -j KUBE-SERVICES",
  "-A POSTROUTING -j KUBE-POSTROUTING",
  "-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-A",
  "-A KUBE-SVC-A ! -s 10.0.0.0/24 -j KUBE-MARK-MASQ",
  "-A KUBE-SVC-A -m statistic --mode random --probability 0.33333333349 -j KUBE-SEP-A",
  "-A KUBE-SVC-A -m statistic --mode random --probability 0.5 -j KUBE-SEP-B",
  "-A KUBE-SVC-A -j KUBE-SEP-C",
  "-A KUBE-SEP-A -s 10.0.0.5/32 -j KUBE-MARK-MASQ",
  "-A KUBE-SEP-A -p tcp -j DNAT --to-destination 10.0.0.5:8080",
  "-A KUBE-SEP-B -s 10.0.0.6/32 -j KUBE-MARK-MASQ",
  "-A KUBE-SEP-B -p tcp -j DNAT --to-destination 10.0.0.6:8080",
  "-A KUBE-SEP-C -p tcp --sport 1024:65535 -j DNAT --to-destination 10.0.0.7:8080",
  "-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000",
  "-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN",
  "-A KUBE-POSTROUTING -j MASQUERADE --random-fully",
];

function rulesetOf(tables: RulesText) {
  return lastRuleset(parseDump(dumpOf(tables)).value, 4);
}

function tcp(source: Packet["source"], sourcePort: number, inInterface: string): Packet {
  const to = { destination: SERVICE, destinationPort: 80 };
  return makePacket({ protocol: 6, source, sourcePort, ...to, inInterface });
}

const PACKETS = [
  tcp(POD, 40_000, "cni0"),
  tcp(OTHER, 40_001, "cni0"),
  tcp(POD, 1_000, "cni0"),
  tcp(OTHER, 300, "cni0"),
  tcp(OUTSIDE, 40_002, "eth0"),
  tcp(OUTSIDE, 700, "eth0"),
];

describe("a plan answers packets that come again", () => {
  const ruleset = rulesetOf({ nat: SERVICES.join("\n") });
  const many = Array.from({ length: 60 }, () => PACKETS).flat();

  it("as the reference walk does: hairpins, masqueraded and drawn ports, ranges of source ports", () => {
    for (let seed = 0; seed < 20; seed++) {
      const sample = { ruleset, host: NODE, packets: PACKETS, seed: String(seed) };
      assert.deepEqual(batchAnswers(sample), walkedAnswers(sample));
    }
  });

  it("from the third on, whatever their source address and port", () => {
    const program = linkProgram(ruleset, NODE);
    const run = (chooser: Chooser) => {
      const batch = batchOf(4, many);
      assert.ok(batch !== undefined);
      const out = makeResult(batch);
      runBatch(program, batch, out, chooser);
      return out;
    };
    const planned = [...run(seeded("1")).list].filter((list) => list >= 0).length;
    // One of the Pods', one of outside: two packets each, of which the second makes the plan. From the
    // first plan on sources are told apart by what its rules ask for, and one packet comes anew.
    assert.equal(planned, many.length - 3);
    const again = run(seeded("2"));
    assert.ok(again.list.every((list) => list >= 0));
  });

  it("as they are answered one by one, draw by draw", () => {
    const oneByOne = ({ lot }: Chooser): Chooser => ({ lot });
    const answers = [seeded("3"), oneByOne(seeded("3"))].map((chooser) => {
      const program = linkProgram(ruleset, NODE);
      const batch = batchOf(4, many);
      assert.ok(batch !== undefined);
      const out = makeResult(batch);
      runBatch(program, batch, out, chooser);
      const { verdict, source, destination, sourcePort, destinationPort, mark, tried } = out;
      const rules = many.map((_, at) => matchedRules(out, at));
      return { verdict, source, destination, sourcePort, destinationPort, mark, tried, rules };
    });
    assert.deepEqual(answers[0], answers[1]);
  });
});

describe("a plan leaves packets to be run one by one", () => {
  it("where a match must be asked, or the source is asked about too often", () => {
    const asked = "FORWARD -m length --length 40:100 -j DROP";
    const often = Array.from(
      { length: 300 },
      (_, at) =>
        `-A FORWARD -s 10.0.${at % 256}.${at >> 4}/32 -m mark --mark ${at} -j MARK --or-mark 1`,
    );
    for (const tables of [{ filter: asked }, { mangle: often.join("\n") }]) {
      const sample = { ruleset: rulesetOf(tables), host: NODE, packets: PACKETS, seed: "1" };
      assert.deepEqual(batchAnswers(sample), walkedAnswers(sample));
    }
  });
});
