import { formatFraction } from "../../tracer/odds/fraction.js";
import { totalOdds } from "../../tracer/odds/group.js";
import { endingsOf } from "../../tracer/program/endings.js";
import { enumerate } from "../../tracer/walk/walk.js";
import { largeScene, plainWorld } from "../inputs/scene.js";
import type { Phase } from "../types.js";
import { ODDS_SIZES } from "./sizes.js";
import { REFERENCE_WALK } from "./walk.js";

/** Every way of a packet to the last Service, each with its exact chance. */
export const ODDS: Phase = {
  name: "odds",
  what: "every way of a packet to the last Service, each with its exact odds",
  sizes: ODDS_SIZES,
  prepare(size, seed) {
    const scene = largeScene(size, seed);
    const { program } = scene;
    const world = plainWorld(scene);
    const [packet] = scene.packets(1, ["pod"], scene.clusterFronts.slice(-1));
    if (packet === undefined) throw new Error("there is no packet to a cluster without Services");
    const plain = enumerate(world, program.memory, packet);
    const sum = formatFraction(totalOdds(plain));
    if (plain.length !== size.endpoints || sum !== "1") {
      throw new Error(`${plain.length} ways of ${size.endpoints}, their odds sum to ${sum}`);
    }
    const endings = endingsOf(program, packet);
    const same = endings.every(({ odds, destination }, at) => {
      const other = plain[at];
      return (
        other?.path.last.destination === destination &&
        formatFraction(other.odds) === formatFraction(odds)
      );
    });
    if (!same || endings.length !== plain.length) throw new Error("endings differ from the walk's");
    return {
      work: () => endingsOf(program, packet).length,
      count: size.endpoints,
      unit: "ways",
      baselines: [
        {
          name: REFERENCE_WALK,
          work: () => enumerate(world, program.memory, packet).length,
          count: size.endpoints,
        },
      ],
    };
  },
};
