import { seeded } from "../choose/seeded.js";
import type { Packet } from "../packet/types.js";
import type { Memory } from "../walk/memory.js";
import { enumerate, walk } from "../walk/walk.js";
import type { World } from "../walk/world.js";
import { chiSquare, type Fit } from "./chi-square.js";
import { fractionToNumber, type Fraction } from "./fraction.js";
import { groupOutcomes } from "./group.js";

export interface Observed {
  readonly end: string;
  readonly odds: Fraction;
  readonly count: number;
}

export interface Observation {
  readonly ends: readonly Observed[];
  readonly fit: Fit;
}

/**
 * Draws `count` new connections, each from the same memory, and holds what came out against the
 * exact odds. Where something is supposed, the first of the ways counts.
 */
export function observe(
  world: World,
  memory: Memory,
  packet: Packet,
  { count, seed }: { readonly count: number; readonly seed: string },
): Observation {
  const chooser = seeded(seed);
  const counts = new Map<string, number>();
  for (let drawn = 0; drawn < count; drawn++) {
    const outcomes = walk(world, memory, packet, { chooser });
    const end = groupOutcomes(outcomes.slice(0, 1))[0]?.end ?? "";
    counts.set(end, (counts.get(end) ?? 0) + 1);
  }
  const ends = groupOutcomes(enumerate(world, memory, packet)).map(({ end, odds }) => ({
    end,
    odds,
    count: counts.get(end) ?? 0,
  }));
  const fit = chiSquare(
    ends.map((end) => end.count),
    ends.map(({ odds }) => fractionToNumber(odds)),
  );
  return { ends, fit };
}
