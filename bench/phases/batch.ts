import { seeded } from "../../tracer/choose/seeded.js";
import { packetAt, type PacketBatch } from "../../tracer/program/batch.js";
import type { Program } from "../../tracer/program/program.js";
import { makeResult } from "../../tracer/program/result.js";
import { runBatch } from "../../tracer/program/run-batch.js";
import { walk } from "../../tracer/walk/walk.js";
import { hashAndDraw, makeDrawn, makeHashTable } from "../baselines/hash-and-draw.js";
import { lowerLinear } from "../baselines/linear-program.js";
import { makeLinearResult, scanBatch } from "../baselines/linear-scan.js";
import { lastBatch, mixedBatch, podBatch } from "../inputs/batch.js";
import { largeScene, plainWorld, type Scene } from "../inputs/scene.js";
import { timeOf, timingOf, type Timing } from "../measure.js";
import type { Phase, PreparedBaseline } from "../types.js";
import { assertSameEnds } from "./same-ends.js";
import { MAIN_SIZES } from "./sizes.js";
import { REFERENCE_WALK } from "./walk.js";

/** Of a batch, as many are walked by the reference in one round. */
const WALKED = 32;
/** Endpoints are drawn at random: after so many runs hardly any is left that no packet came to. */
const MOST_WARMING = 100;
/** And as many scanned rule by rule. */
const SCANNED = 1_024;

export const FIRST_TIME = "this, the first batch of a program";
export const HASH_AND_DRAW = "a plain hash-and-draw loop";
export const LINEAR_SCAN = "a linear scan over typed arrays";
export const LINEAR_SCAN_LAST = "the same scan, all to the last Service";
export const LAST_SERVICE = "this, all to the last Service";
export const MIXED = "this, packets from and to everywhere";

/** New connections of Pods to all Services alike, through the whole ruleset. */
export const BATCH: Phase = {
  name: "batch",
  what: "new connections of Pods to all Services alike, on one core",
  sizes: MAIN_SIZES,
  prepare(size, seed) {
    const scene = largeScene(size, seed);
    const packets = podBatch(scene);
    const few = podBatch(scene, SCANNED);
    const fewToLast = lastBatch(scene, SCANNED);
    assertSameEnds(scene, few);
    assertSameEnds(scene, mixedBatch(scene, SCANNED));
    const first = firstTime(scene, packets);
    return {
      work: batchWork(scene, packets),
      count: packets.count,
      unit: "new connections",
      baselines: [
        { name: FIRST_TIME, work: first, count: packets.count },
        hashBaseline(scene, packets),
        scanBaseline(LINEAR_SCAN, scene, few),
        scanBaseline(LINEAR_SCAN_LAST, scene, fewToLast),
        walkBaseline(scene, packets),
        ...[
          { name: LAST_SERVICE, batch: lastBatch(scene) },
          { name: MIXED, batch: mixedBatch(scene) },
        ].map(({ name, batch }) => ({ name, work: batchWork(scene, batch), count: batch.count })),
      ],
    };
  },
};

/** What the first batch of a program takes, which has yet to be lowered and has no plans. */
function firstTime({ program, seed }: Scene, packets: PacketBatch): Timing {
  const out = makeResult(packets);
  return timingOf([timeOf(() => runBatch(program, packets, out, seeded(String(seed))), 1)]);
}

/** A batch whose endpoints have all been drawn before: the first call has the program's plans made. */
export function batchWork({ program, seed }: Scene, packets: PacketBatch): () => unknown {
  const out = makeResult(packets);
  const chooser = seeded(String(seed));
  const run = () => runBatch(program, packets, out, chooser);
  let isWarm = false;
  return () => {
    if (!isWarm) {
      let before = -1;
      for (let left = MOST_WARMING; left > 0 && before !== plannedOf(program); left--) {
        before = plannedOf(program);
        run();
      }
      isWarm = true;
    }
    run();
  };
}

function plannedOf({ lowered }: Program): number {
  return lowered?.planner.size ?? 0;
}

export function scanBaseline(name: string, scene: Scene, packets: PacketBatch): PreparedBaseline {
  const program = lowerLinear(scene.ruleset, scene.setting.host);
  const out = makeLinearResult(packets.count);
  const chooser = seeded(String(scene.seed));
  return { name, work: () => scanBatch(program, packets, out, chooser), count: packets.count };
}

export function walkBaseline(scene: Scene, packets: PacketBatch): PreparedBaseline {
  const world = plainWorld(scene);
  const { memory } = scene.program;
  const chooser = seeded(String(scene.seed));
  const count = Math.min(WALKED, packets.count);
  const some = Array.from({ length: count }, (_, at) => packetAt(packets, at));
  const work = () => some.map((packet) => walk(world, memory, packet, { chooser }).length);
  return { name: REFERENCE_WALK, work, count };
}

function hashBaseline({ compilation, seed }: Scene, packets: PacketBatch): PreparedBaseline {
  const table = makeHashTable(compilation.beliefs);
  const out = makeDrawn(packets.count);
  const chooser = seeded(String(seed));
  const work = () => hashAndDraw(table, packets, out, chooser);
  work();
  const known = new Set(table.addresses);
  const missed = out.destination.findIndex(
    (address, at) => out.found[at] === 0 || !known.has(address),
  );
  if (missed >= 0) throw new Error(`packet ${missed} has found no Service in the hash table`);
  return { name: HASH_AND_DRAW, work, count: packets.count };
}
