import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lastRuleset, parseDump } from "../../../engine/iptables/parse.js";
import type { Ruleset } from "../../../engine/iptables/types.js";
import { LOOPBACK } from "../../../tracer/host/default-host.js";
import { makePacket } from "../../../tracer/packet/make.js";
import type { Packet } from "../../../tracer/packet/types.js";
import { batchAnswers, walkedAnswers } from "../../support/program/compare.js";
import { address, device, dumpOf, host, route, via } from "../../support/walk.js";

describe("a program answers as the reference walk does", () => {
  it("where packets that drew a port are left to the walk, however many draws came before", () => {
    const rules = dumpOf({ nat: "POSTROUTING -p tcp -j MASQUERADE --random-fully" });
    const ruleset = lastRuleset(parseDump(rules).value, 4);
    // From the node to itself: they leave by the loopback, after the draw, more often than draws are made at once.
    const packets = Array.from({ length: 300 }, (_, at) =>
      makePacket({
        protocol: 6,
        source: address("10.0.0.1"),
        destination: address("192.0.2.1"),
        sourcePort: 40_000 + at,
        destinationPort: 80,
      }),
    );
    const sample = { ruleset, host: host(), packets, seed: "1" };
    assert.deepEqual(batchAnswers(sample), walkedAnswers(sample));
  });

  it("to IPv6 multicast of every scope, whose source is chosen by the scope", () => {
    const rules = dumpOf({ nat: "POSTROUTING -j MASQUERADE" });
    const ruleset = lastRuleset(parseDump(rules, { family: 6 }).value, 6);
    const devices = [
      LOOPBACK,
      device("eth0 2001:db8::1/64 fe80::1/64", 2),
      device("cni0 fd00::1/64", 3),
    ];
    const routes = [route("::/0", "eth0", via("2001:db8::fe", "eth0")), route("ff00::/8", "eth0")];
    const packets = ["ff02::5", "ff12::5", "ff05::5", "ff0e::5", "2001:db8:77::5"].map((to) =>
      makePacket({
        protocol: 17,
        source: address("fd00::1"),
        destination: address(to),
        sourcePort: 40_000,
        destinationPort: 9,
      }),
    );
    const sample = { ruleset, host: host({ devices, routes }), packets, seed: "1" };
    const answers = batchAnswers(sample);
    assert.deepEqual(answers, walkedAnswers(sample));
    assert.notEqual(answers[0]?.source, answers[3]?.source, "link and global scope differ");
  });

  it("where a draw that nearly always succeeds leaves the next one fresh lots", () => {
    for (const before of [
      "",
      "-A SVC -m statistic --mode random --probability 0.5 -j MARK --or-mark 1",
    ]) {
      const ruleset = natRules(
        before,
        "-A SVC -m statistic --mode random --probability 0.9999 -j A",
        "-A SVC -m statistic --mode random --probability 0.5 -j B",
        "-A SVC -j C",
        "-A A -p tcp -j DNAT --to-destination 10.0.0.5:8080",
        "-A B -p tcp -j DNAT --to-destination 10.0.0.6:8080",
        "-A C -p tcp -j DNAT --to-destination 10.0.0.7:8080",
      );
      for (let seed = 0; seed < 40; seed++) {
        const packets = Array.from({ length: 100 }, () => toService("10.0.0.5"));
        const sample = { ruleset, host: host(), packets, seed: String(seed) };
        assert.deepEqual(batchAnswers(sample), walkedAnswers(sample));
      }
    }
  });

  it("where an endpoint asks for itself behind a question for another source or port", () => {
    for (const asked of ["-s 10.0.0.9/32", "-p tcp -m tcp --sport 1024:2000"]) {
      const ruleset = natRules(
        "-A SVC -m statistic --mode random --probability 0.5 -j A",
        "-A SVC -j B",
        `-A A ${asked} -j MARK --set-xmark 0x1/0x1`,
        "-A A -s 10.0.0.5/32 -j MARK --set-xmark 0x4000/0x4000",
        "-A A -p tcp -j DNAT --to-destination 10.0.0.5:8080",
        "-A B -s 10.0.0.6/32 -j MARK --set-xmark 0x4000/0x4000",
        "-A B -p tcp -j DNAT --to-destination 10.0.0.6:8080",
      );
      for (let seed = 0; seed < 10; seed++) {
        const packets = ["10.0.0.5", "10.0.0.6", "10.0.0.9"].map(toService);
        const sample = { ruleset, host: host(), packets, seed: String(seed) };
        assert.deepEqual(batchAnswers(sample), walkedAnswers(sample));
      }
    }
  });
});

/** Rules of nat, with chains for what is asked of 10.96.0.1. */
function natRules(...rules: readonly string[]): Ruleset {
  const all = ["-A PREROUTING -d 10.96.0.1/32 -p tcp -m tcp --dport 80 -j SVC", ...rules];
  return lastRuleset(
    parseDump(dumpOf({ nat: all.filter((rule) => rule !== "").join("\n") })).value,
    4,
  );
}

function toService(source: string): Packet {
  return makePacket({
    protocol: 6,
    source: address(source),
    destination: address("10.96.0.1"),
    sourcePort: 40_000,
    destinationPort: 80,
    inInterface: "cni0",
  });
}
