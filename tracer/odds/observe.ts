import { seeded } from "../choose/seeded.js";
import type { Packet } from "../packet/types.js";
import type { Memory } from "../walk/memory.js";
import { enumerate, walk } from "../walk/walk.js";
import type { World } from "../walk/world.js";
import { chiSquare, type Fit } from "./chi-square.js";
import { drawUnits, type DrawUnit } from "./draw-units.js";
import { endsOf, wayKey, type Ends } from "./ends.js";
import { fractionToNumber, type Fraction } from "./fraction.js";

/** An end, its exact odds, and how often it was drawn. */
export interface Observed {
  readonly end: string;
  readonly odds: Fraction;
  readonly count: number;
}

/** How often each end was drawn, and how well that fits its odds. */
export interface Observation {
  readonly ends: readonly Observed[];
  readonly fit: Fit;
}

/**
 * Draws `count` new connections, each from the same memory, and holds what came out against the
 * exact odds. Where something is supposed, the first of the ways counts. Every draw is walked; a
 * program comes to the same counts sooner (`countEnds`).
 */
export function observe(
  world: World,
  memory: Memory,
  packet: Packet,
  { count, seed }: DrawUnit,
): Observation {
  const ends = endsOf(enumerate(world, memory, packet));
  const counts = ends.groups.map(() => 0);
  for (const unit of drawUnits(count, seed)) {
    for (const [index, drawn] of walkUnit(world, memory, packet, ends, unit).entries()) {
      counts[index] = (counts[index] ?? 0) + drawn;
    }
  }
  return observation(ends, counts);
}

/** How often each end came out of one unit, by place in `ends.groups`. */
export function walkUnit(
  world: World,
  memory: Memory,
  packet: Packet,
  { groups, byWay }: Ends,
  { count, seed }: DrawUnit,
): readonly number[] {
  const chooser = seeded(seed);
  const counts = groups.map(() => 0);
  for (let drawn = 0; drawn < count; drawn++) {
    const [way] = walk(world, memory, packet, { chooser });
    const end = way === undefined ? undefined : byWay.get(wayKey(way));
    if (end !== undefined) counts[end] = (counts[end] ?? 0) + 1;
  }
  return counts;
}

/** Counts by place in `ends.groups`, with how well they fit. */
export function observation({ groups }: Ends, counts: readonly number[]): Observation {
  const ends = groups.map(({ end, odds }, index) => ({ end, odds, count: counts[index] ?? 0 }));
  const fit = chiSquare(
    counts,
    groups.map(({ odds }) => fractionToNumber(odds)),
  );
  return { ends, fit };
}
