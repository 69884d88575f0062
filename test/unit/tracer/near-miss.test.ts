import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { everyWay } from "../../../tracer/choose/fork.js";
import { describeNearMiss } from "../../../tracer/diagnose/near-miss-words.js";
import { nearMisses } from "../../../tracer/diagnose/near-miss.js";
import { memoryOf } from "../../../tracer/walk/memory.js";
import { walk } from "../../../tracer/walk/walk.js";
import { only, packet, worldOf, type RulesText } from "../../support/walk.js";

function misses(rules: RulesText, sent: string): readonly string[] {
  const world = worldOf(rules);
  const outcome = only(
    walk(world, memoryOf(world.host), packet(sent), { chooser: everyWay, recordFailures: true }),
  );
  return nearMisses(world, outcome).map(describeNearMiss);
}

const SERVICES = {
  nat: `PREROUTING -j KUBE-SERVICES
    KUBE-SERVICES -d 10.96.0.9/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.9
    KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m comment --comment web -m tcp --dport 8081 -j DNAT --to-destination 10.0.0.5
    KUBE-SERVICES -p tcp -m tcp --dport 30080 -j DNAT --to-destination 10.0.0.6`,
};

describe("near misses name the condition that failed", () => {
  it("another port and protocol of the same address", () => {
    assert.deepEqual(misses(SERVICES, "udp 10.0.0.7:5 > 10.96.0.1:80 cni0"), [
      "nat KUBE-SERVICES rule 2 is for this address, but for port 8081/tcp; yours is 80/udp",
    ]);
  });

  it("another protocol on the same node port", () => {
    assert.deepEqual(misses(SERVICES, "udp 198.51.100.7:5 > 192.0.2.1:30080 eth0"), [
      "nat KUBE-SERVICES rule 3 is for this port number, but for port 30080/tcp; yours is 30080/udp",
    ]);
  });

  it("nothing of other addresses on the same port", () => {
    assert.deepEqual(misses(SERVICES, "tcp 10.0.0.7:5 > 203.0.113.9:80 cni0"), []);
  });

  it("nothing where the packet found its own rule", () => {
    assert.deepEqual(misses(SERVICES, "tcp 10.0.0.7:5 > 10.96.0.1:8081 cni0"), []);
  });

  it("source, interface, mark and state, each with what the packet has", () => {
    const filter = `FORWARD -s 10.9.0.0/16 -d 10.0.0.5/32 -j ACCEPT
      FORWARD -i eth7 -d 10.0.0.5/32 -j ACCEPT
      FORWARD -d 10.0.0.5/32 -m mark --mark 0x4000/0x4000 -j ACCEPT
      FORWARD -d 10.0.0.5/32 -m conntrack --ctstate ESTABLISHED -j ACCEPT
      FORWARD -j DROP`;
    assert.deepEqual(misses({ filter }, "tcp 198.51.100.7:5 > 10.0.0.5:80 eth0"), [
      "filter FORWARD rule 1 is for this address, but for source 10.9.0.0/16; yours is 198.51.100.7",
      "filter FORWARD rule 2 is for this address, but for packets that came by eth7; yours came by eth0",
      "filter FORWARD rule 3 is for this address, but asks for -m mark --mark 0x4000/0x4000; its mark is 0x0",
      "filter FORWARD rule 4 is for this address, but asks for -m conntrack --ctstate ESTABLISHED; it is NEW",
    ]);
  });
});
