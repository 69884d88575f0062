import type { Chooser } from "../choose/types.js";
import type { Packet } from "../packet/types.js";
import { walk, type Outcome } from "../walk/walk.js";
import type { Program } from "./program.js";

/** The reference walk of a packet, which is given first the draws that the machine had already. */
export function walkAgain(
  { world, memory }: Program,
  packet: Packet,
  chooser: Chooser,
  draws: Int32Array,
  drawn: number,
): readonly Outcome[] {
  let next = 0;
  const again = (): number | undefined => (next < drawn ? draws[next++] : undefined);
  const replaying: Chooser = {
    draw: () => again() ?? chooser.draw(),
    pick: (count) => again() ?? chooser.pick(count),
  };
  return walk(world, memory, packet, { chooser: replaying });
}
