import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lastRuleset, parseDump } from "../../../engine/iptables/parse.js";
import { LOOPBACK } from "../../../tracer/host/default-host.js";
import { makePacket } from "../../../tracer/packet/make.js";
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
});
