import { seeded } from "../../tracer/choose/seeded.js";
import { lowerLinear } from "../baselines/linear-program.js";
import { makeLinearResult, scanBatch } from "../baselines/linear-scan.js";
import { lastBatch, podBatch } from "../inputs/batch.js";
import { largeScene } from "../inputs/scene.js";
import type { Phase } from "../types.js";
import { LAST_SERVICE, scanBaseline, walkBaseline } from "./batch.js";
import { assertSameEnds } from "./same-ends.js";
import { GROWING_SIZES } from "./sizes.js";

/** Few enough that a scan of 30,000 Services stays short. */
const PACKETS = 1_024;

/** The same new connections as in the batch, each rule tried in its turn, over typed arrays. */
export const LINEAR: Phase = {
  name: "linear",
  what: "new connections of Pods to all Services alike, every rule tried in its turn",
  sizes: GROWING_SIZES,
  prepare(size, seed) {
    const scene = largeScene(size, seed);
    const packets = podBatch(scene, PACKETS);
    assertSameEnds(scene, packets);
    const program = lowerLinear(scene.ruleset, scene.setting.host);
    const out = makeLinearResult(packets.count);
    const chooser = seeded(String(seed));
    return {
      work: () => scanBatch(program, packets, out, chooser),
      count: packets.count,
      unit: "new connections",
      baselines: [
        scanBaseline(LAST_SERVICE, scene, lastBatch(scene, PACKETS)),
        walkBaseline(scene, packets),
      ],
    };
  },
};
