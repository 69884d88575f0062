import { everyWay } from "../choose/fork.js";
import type { Chooser } from "../choose/types.js";
import type { Packet } from "../packet/types.js";
import { walk, type Outcome } from "../walk/walk.js";
import type { Program } from "./program.js";

/**
 * Walks one new packet with everything that happens to it recorded: the reference walk, which passes
 * over rules that the program's index knows not to match. Its outcomes are those of `walk` over the
 * same rules and host, the rules that a linear scan tries included. Without a chooser every way that
 * the dice may fall is followed, each with its exact odds.
 */
export function tracePacket(
  { world, memory }: Program,
  packet: Packet,
  chooser: Chooser = everyWay,
): readonly Outcome[] {
  return walk(world, memory, packet, { chooser });
}
