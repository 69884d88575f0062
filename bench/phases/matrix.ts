import { formatFraction } from "../../tracer/odds/fraction.js";
import { totalOdds } from "../../tracer/odds/group.js";
import { availableParallelism } from "node:os";
import { hireCrew } from "../../tracer/jobs/crew.js";
import { matrix } from "../../tracer/matrix/matrix.js";
import type { Packet } from "../../tracer/packet/types.js";
import type { World } from "../../tracer/walk/world.js";
import { measureAsync, type Rounds, type Timing } from "../measure.js";
import { cellOf } from "../../tracer/matrix/cell.js";
import { enumerate } from "../../tracer/walk/walk.js";
import { SENDERS } from "../inputs/packets.js";
import { largeScene, plainWorld } from "../inputs/scene.js";
import type { LaterBaseline, Phase } from "../types.js";
import { MATRIX_SIZES } from "./sizes.js";
import { REFERENCE_WALK } from "./walk.js";

/** Cells that the reference walks in one round. */
const WALKED = 16;

/** Every class of source times every way into a Service: what becomes of the packet, with odds. */
export const MATRIX: Phase = {
  name: "matrix",
  what: "every source class times every Service port: outcomes and their odds",
  sizes: MATRIX_SIZES,
  prepare(size, seed) {
    const scene = largeScene(size, seed);
    const packets = SENDERS.flatMap((sender) => scene.packetToEach(scene.fronts.length, [sender]));
    const { program } = scene;
    const world = plainWorld(scene);
    const some = packets.slice(0, WALKED);
    for (const packet of some) {
      const sum = formatFraction(totalOdds(enumerate(world, program.memory, packet)));
      const cell = cellOf(program, packet);
      if (sum !== "1" || cell.length !== size.endpoints) {
        throw new Error(`a cell has ${cell.length} outcomes of ${size.endpoints}, odds ${sum}`);
      }
    }
    const cells = () => {
      let outcomes = 0;
      for (const packet of packets) outcomes += cellOf(program, packet).length;
      return outcomes;
    };
    return {
      work: cells,
      count: packets.length,
      unit: "cells",
      baselines: [
        {
          name: REFERENCE_WALK,
          work: () => some.map((packet) => enumerate(world, program.memory, packet).length),
          count: some.length,
        },
      ],
      later: [onAllCores(program.world, packets)],
    };
  },
};

/** Threads have linked the rules for themselves before the clock starts. */
function onAllCores(world: World, packets: readonly Packet[]): LaterBaseline {
  const cores = availableParallelism();
  const time = async (rounds: Rounds): Promise<Timing> => {
    const crew = await hireCrew(world, cores, new AbortController().signal);
    const all = async () => {
      let outcomes = 0;
      for await (const cell of matrix(crew, packets)) outcomes += cell.length;
      return outcomes;
    };
    await all();
    const timing = await measureAsync(all, rounds);
    await crew.leave();
    return timing;
  };
  return { name: `the same with --jobs ${cores}`, time, count: packets.length };
}
