import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Family } from "../../../engine/net/ip.js";
import { later, type Memory } from "../../../tracer/walk/memory.js";
import { Duel } from "./duel.js";
import { learnPorts } from "./learn.js";
import type { Backend, KernelNode } from "./node.js";
import type { Observation } from "./observe.js";
import type { Injection } from "./packets.js";
import { skipWithoutKernel } from "./require.js";
import { NODE_TOPOLOGY } from "./topology.js";
import type { WirePacket } from "./wire-format.js";

/** A node made for the purpose, and what becomes of a few packets there. */
export interface Scene {
  readonly name: string;
  /** 4 when not given. */
  readonly family?: Family;
  /** Both when not given. */
  readonly backends?: readonly Backend[];
  /** Further lines for `ip -batch`, after those of `NODE_TOPOLOGY`. */
  readonly setup?: readonly string[];
  /** The same, once the node's addresses are up. */
  readonly afterwards?: readonly string[];
  /** The bridge that the pods' wire is a port of. */
  readonly bridge?: string;
  readonly sysctls?: Readonly<Record<string, string>>;
  /** The same for IPv6's routing rules, which a batch has no word for. */
  readonly rules6?: readonly string[];
  /** Ports on which a transparent UDP socket of the node listens. */
  readonly listeners?: readonly number[];
  /** Restore input of `ipset`. */
  readonly sets?: string;
  readonly rules: string;
  /** Milliseconds between the packets, where the kernel cleans up only so often. */
  readonly pause?: number;
  /** Sent one after another through a node that remembers, with how each ends. */
  readonly packets: readonly (readonly [Injection, Observation["verdict"]])[];
}

/** A UDP packet, unless told otherwise, from 4000 to 80. */
export function packet(
  from: Injection["from"],
  source: string,
  destination: string,
  more: Partial<WirePacket> = {},
): Injection {
  const ports = { sourcePort: 4000, destinationPort: 80 };
  return { from, packet: { protocol: "udp", source, destination, ...ports, ...more } };
}

/** Restore input of one table: rules, each with its chain, after `:CHAIN POLICY` lines. */
export function table(name: string, ...lines: readonly string[]): string {
  const text = lines.map((line) => (line.startsWith(":") ? `${line} [0:0]\n` : `-A ${line}\n`));
  return `*${name}\n${text.join("")}COMMIT\n`;
}

/** A test for each scene and backend. */
export function playAll(claim: string, scenes: readonly Scene[]): void {
  describe(claim, { skip: skipWithoutKernel() }, () => {
    for (const scene of scenes) {
      for (const backend of scene.backends ?? (["legacy", "nft"] as const)) {
        const family = scene.family === 6 ? ", IPv6" : "";
        it(`${scene.name} (${backend}${family})`, () => play(scene, backend));
      }
    }
  });
}

/** Plays the scene in the kernel and in the walk: they must agree, and end as the scene says. */
export async function play(scene: Scene, backend: Backend): Promise<void> {
  const topology = {
    quiet: true,
    wires: NODE_TOPOLOGY.wires.map((wire) =>
      wire.end === "pod" && scene.bridge !== undefined ? { ...wire, bridge: scene.bridge } : wire,
    ),
    setup: [...NODE_TOPOLOGY.setup, ...(scene.setup ?? [])],
    sysctls: { ...NODE_TOPOLOGY.sysctls, ...scene.sysctls },
  };
  const { afterwards = [], rules6 = [], listeners = [], sets, family = 4 } = scene;
  const prepare = async (node: KernelNode): Promise<void> => {
    await node.command(["ip", "-batch", "-"], afterwards.map((line) => `${line}\n`).join(""));
    for (const line of rules6) await node.command(["ip", "-6", "rule", ...line.split(" ")]);
    for (const port of listeners) await node.listen(family, port);
  };
  const duel = await Duel.create(topology, backend, family, {
    prepare,
    ...(sets === undefined ? {} : { sets }),
  });
  try {
    assert.equal(await duel.load(scene.rules), true, "the real restore refuses the rules");
    const ours = duel.walked(scene.rules);
    let memories: readonly Memory[] = [ours.fresh()];
    let clock = Date.now();
    const ends: string[] = [];
    for (const [injection] of scene.packets) {
      if (scene.pause !== undefined) await sleep(scene.pause);
      const now = Date.now();
      memories = memories.map((memory) => later(memory, now - clock));
      clock = now;
      const { seen, fits, report } = await duel.exchange(ours, injection, memories);
      assert.equal(report && `${JSON.stringify(injection)}\n${report}`, undefined);
      memories = fits.map(({ memory }) => learnPorts(memory, seen.packet));
      ends.push(seen.verdict);
    }
    assert.deepEqual(
      ends,
      scene.packets.map(([, end]) => end),
    );
  } finally {
    await duel.close();
  }
}
