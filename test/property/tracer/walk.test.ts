import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import type { Ruleset } from "../../../engine/iptables/types.js";
import type { Family } from "../../../engine/net/ip.js";
import { everyWay } from "../../../tracer/choose/fork.js";
import { seeded } from "../../../tracer/choose/seeded.js";
import { LOOPBACK } from "../../../tracer/host/default-host.js";
import { nearMisses } from "../../../tracer/diagnose/near-miss.js";
import { formatFraction } from "../../../tracer/odds/fraction.js";
import { addShares } from "../../../tracer/odds/share.js";
import type { Packet } from "../../../tracer/packet/types.js";
import { linkRules } from "../../../tracer/walk/link.js";
import { memoryOf } from "../../../tracer/walk/memory.js";
import { replyTo, walkAnswer } from "../../../tracer/walk/reply.js";
import { enumerate, walk, type Outcome } from "../../../tracer/walk/walk.js";
import { makeWorld, type World } from "../../../tracer/walk/world.js";
import { rulesetArbitrary } from "../../support/arbitraries/rules.js";
import { injection } from "../../support/kernel/packets.js";
import { restoreText, ruleSet } from "../../support/kernel/rule-sets.js";
import { fromWire } from "../../support/kernel/walk-packet.js";
import { device, host, route, via, worldOf, type Node } from "../../support/walk.js";

const families: readonly Family[] = [4, 6];

/** The node whose addresses the generated packets know. */
const DEVICES = [
  LOOPBACK,
  device("eth0 192.168.1.10/24 fd00:1::10/64", 2),
  device("cni0 10.244.0.1/24 fd00:244::1/64", 3),
];
const NODE: Node = {
  devices: DEVICES,
  routes: [
    route("0.0.0.0/0", "eth0", via("192.168.1.1", "eth0")),
    route("::/0", "eth0", via("fd00:1::fe", "eth0")),
  ],
};

/** Rules of every extension that is understood, whatever they make of it. */
function anyWorld(family: Family): fc.Arbitrary<World> {
  const setting = {
    family,
    sets: [{ name: "a", dimensions: 1 }],
    without: new Set<string>(),
    maxRulesPerChain: 4,
    maxUserChains: 3,
  };
  return rulesetArbitrary(setting).map((ruleset: Ruleset) =>
    makeWorld({ rules: [linkRules(ruleset)], host: host(NODE) }),
  );
}

/** Rules that generated packets are likely to match, with every kind of NAT. */
function likelyWorld(family: Family): fc.Arbitrary<World> {
  return ruleSet(family)
    .map(restoreText)
    .map((text) => worldOf(text, { ...NODE, family }));
}

function anyPacket(family: Family): fc.Arbitrary<Packet> {
  const devices = { pod: "cni0", outside: "eth0" } as const;
  return injection(family).map(({ from, packet }) =>
    fromWire(packet, from === undefined ? undefined : devices[from], undefined),
  );
}

/** Each supposition halves what it is worth: the ways of a packet then share out exactly 1. */
function shareOf({ path, branch }: Outcome) {
  const { numerator, bits, divisor } = branch;
  return { numerator, bits: bits + path.conditions.length, divisor };
}

function check(
  runs: number,
  world: (family: Family) => fc.Arbitrary<World>,
  holds: (world: World, sent: Packet) => void,
): void {
  for (const family of families) {
    fc.assert(
      fc.property(world(family), anyPacket(family), (made, sent) => holds(made, sent)),
      { numRuns: runs },
    );
  }
}

function walkAll(world: World, sent: Packet): readonly Outcome[] {
  return walk(world, memoryOf(world.host), sent, { chooser: everyWay, maxBranches: 400 });
}

describe("every walk", () => {
  it("ends, and its outcomes share out exactly 1, whatever the rules are made of", () => {
    check(150, anyWorld, (world, sent) => {
      const outcomes = walkAll(world, sent);
      assert.equal(formatFraction(addShares(outcomes.map(shareOf))), "1");
      for (const { path } of outcomes) {
        assert.ok(path.because !== "");
        if (path.verdict === "rejected") assert.ok(path.with !== undefined);
      }
    });
  });

  it("leaves the packet, the memory and the host that it began with as they were", () => {
    check(40, likelyWorld, (world, sent) => {
      const memory = memoryOf(world.host);
      const before = enumerate(world, memory, sent).map(({ path }) => path);
      assert.deepEqual(
        enumerate(world, memory, sent).map(({ path }) => path),
        before,
      );
    });
  });

  it("goes the same way whether failures are watched or not", () => {
    check(60, likelyWorld, (world, sent) => {
      const watched = walk(world, memoryOf(world.host), sent, {
        chooser: everyWay,
        recordFailures: true,
      });
      assert.deepEqual(
        watched.map(({ path }) => path),
        enumerate(world, memoryOf(world.host), sent).map(({ path }) => path),
      );
      for (const outcome of watched) nearMisses(world, outcome);
    });
  });
});

describe("a seeded walk", () => {
  it("is one of all outcomes, with its odds", () => {
    check(60, likelyWorld, (world, sent) => {
      const ways = enumerate(world, memoryOf(world.host), sent);
      const steps = new Set(ways.map(({ path, odds }) => stepsKey(path.steps, odds)));
      for (const seed of ["1", "2", "3"]) {
        const drawn = walk(world, memoryOf(world.host), sent, { chooser: seeded(seed) });
        for (const { path, odds } of drawn) assert.ok(steps.has(stepsKey(path.steps, odds)));
      }
    });
  });
});

function stepsKey(steps: Outcome["path"]["steps"], odds: Outcome["odds"]): string {
  const places = steps.map(({ hook, table, chain, rule }) => [hook, table, chain, rule].join(" "));
  return `${formatFraction(odds)}: ${places.join(", ")}`;
}

describe("a connection", () => {
  /** The packet's own view of the connection: where it came from and where it was going. */
  const ends = ({ source, sourcePort, destination, destinationPort }: Packet) => ({
    source,
    sourcePort,
    destination,
    destinationPort,
  });

  it("keeps its translation for the packets that follow", () => {
    let translated = 0;
    check(400, likelyWorld, (world, sent) => {
      for (const first of walkAll(world, sent)) {
        if (!isOpen(first)) continue;
        for (const { path, branch } of enumerate(world, first.memory, sent)) {
          if (path.translated) translated++;
          if (isOpen({ path, branch })) assert.deepEqual(ends(path.last), ends(first.path.last));
        }
      }
    });
    assert.ok(translated > 5, `only ${translated} packets were translated`);
  });

  it("its replies come back with the addresses that the sender knows, turned round", () => {
    let translated = 0;
    check(400, likelyWorld, (world, sent) => {
      for (const first of walkAll(world, sent)) {
        const back = replyTo(first.path);
        if (!isOpen(first) || back === undefined) continue;
        for (const { path, branch } of enumerate(world, first.memory, back)) {
          if (!isOpen({ path, branch }) || branch.tracking.kind !== "tracked") continue;
          if (branch.tracking.direction !== "reply") continue;
          if (path.translated) translated++;
          const { source, destination } = path.last;
          assert.deepEqual(
            { source: destination, destination: source },
            {
              source: sent.source,
              destination: sent.destination,
            },
          );
        }
      }
    });
    assert.ok(translated > 5, `only ${translated} replies were translated`);
  });

  /** Tracked, arrived, and nothing about it left open. */
  function isOpen({ path, branch }: Pick<Outcome, "path" | "branch">): boolean {
    const arrived = ["forwarded", "sent", "delivered"].includes(path.verdict);
    return arrived && branch.tracking.kind === "tracked" && path.conditions.length === 0;
  }

  it("the node's own answers go to the sender", () => {
    let answered = 0;
    check(400, likelyWorld, (world, sent) => {
      for (const outcome of walkAll(world, sent)) {
        for (const { path } of walkAnswer(world, outcome)) {
          if (path.verdict !== "sent") continue;
          answered++;
          assert.equal(path.last.destination, sent.source);
        }
      }
    });
    assert.ok(answered > 0, `only ${answered} answers`);
  });
});
