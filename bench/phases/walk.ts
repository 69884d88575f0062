import { seeded } from "../../tracer/choose/seeded.js";
import type { Chooser } from "../../tracer/choose/types.js";
import type { Packet } from "../../tracer/packet/types.js";
import { tracePacket } from "../../tracer/program/trace.js";
import { pathJson } from "../../tracer/report/json.js";
import { walk, type Outcome } from "../../tracer/walk/walk.js";
import { largeScene, plainWorld } from "../inputs/scene.js";
import type { Phase } from "../types.js";
import { MAIN_SIZES } from "./sizes.js";

/** Packets that are traced in turn, so that no one packet's way is learnt by heart. */
const PACKETS = 256;
/** Of these, as many are walked rule by rule in one round. */
const PACKETS_OF_REFERENCE = 16;

export const REFERENCE_WALK = "our own reference walk, rule by rule";

/** One packet after the other, each with its whole trace: every step, the verdict and why. */
export const WALK: Phase = {
  name: "walk",
  what: "one packet with its full trace, in a library that has linked the rules before",
  sizes: MAIN_SIZES,
  prepare(size, seed) {
    const scene = largeScene(size, seed);
    const { program, setting } = scene;
    const plain = plainWorld(scene);
    const packets = scene.packets(PACKETS, ["pod", "outside", "node"], scene.clusterFronts);
    const indexed = (packet: Packet, chooser: Chooser) => tracePacket(program, packet, chooser);
    const memory = program.memory;
    const byRule = (packet: Packet, chooser: Chooser) => walk(plain, memory, packet, { chooser });
    if (setting.host !== plain.host) throw new Error("the two walks are on different nodes");
    const [one, other] = [seeded("1"), seeded("1")];
    for (const packet of packets) assertSame(indexed(packet, one), byRule(packet, other));
    const stepsOf = (trace: typeof indexed, some: readonly Packet[]) => {
      const chooser = seeded("1");
      return () => {
        let steps = 0;
        for (const packet of some)
          for (const { path } of trace(packet, chooser)) steps += path.steps.length;
        return steps;
      };
    };
    const some = packets.slice(0, PACKETS_OF_REFERENCE);
    return {
      work: stepsOf(indexed, packets),
      count: packets.length,
      unit: "traces",
      baselines: [{ name: REFERENCE_WALK, work: stepsOf(byRule, some), count: some.length }],
    };
  },
};

function assertSame(indexed: readonly Outcome[], plain: readonly Outcome[]): void {
  const told = (outcomes: readonly Outcome[]) =>
    outcomes.map(({ path, tried }) => `${JSON.stringify(pathJson(path))} ${tried}`).join("\n");
  if (told(indexed) !== told(plain)) {
    throw new Error(`two walks of one packet differ:\n${told(indexed)}\n${told(plain)}`);
  }
}
