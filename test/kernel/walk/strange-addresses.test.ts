import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { differenceText, Duel } from "../../support/kernel/duel.js";
import type { Injection } from "../../support/kernel/packets.js";
import { skipWithoutKernel } from "../../support/kernel/require.js";
import { NODE_TOPOLOGY } from "../../support/kernel/topology.js";

/** From whom, to whom; the kernel and the walk must agree on every pair. */
const SOURCES = ["0.0.0.0", "192.168.1.20", "192.168.1.10", "127.0.0.1", "255.255.255.255"];
const DESTINATIONS = [
  "0.0.0.0",
  "255.255.255.255",
  "192.168.1.255",
  "224.0.0.1",
  "192.168.1.10",
  "127.0.0.1",
  "10.244.0.5",
];

describe("a packet between strange addresses", { skip: skipWithoutKernel() }, () => {
  it("is taken in, passed on or dropped as the kernel does", async () => {
    const duel = await Duel.create(NODE_TOPOLOGY, "legacy", 4);
    try {
      const packets = SOURCES.flatMap((source) =>
        DESTINATIONS.map((destination): Injection => {
          const ports = { sourcePort: 68, destinationPort: 67 };
          return { from: "outside", packet: { protocol: "udp", source, destination, ...ports } };
        }),
      );
      const difference = await duel.fightApart("*filter\nCOMMIT\n", packets);
      assert.equal(difference && differenceText(difference), undefined);
      assert.equal(duel.compared, SOURCES.length * DESTINATIONS.length);
    } finally {
      await duel.close();
    }
  });
});
