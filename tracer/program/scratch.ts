import type { Packet } from "../packet/types.js";
import { startBranch, type Branch } from "../walk/branch.js";
import type { Stage } from "../walk/hooks.js";
import type { Memory } from "../walk/memory.js";
import { runStage } from "../walk/stages.js";
import type { Walker, World } from "../walk/world.js";

/** A piece of the reference walk, to learn what it does with one packet. */
export interface Scratch {
  readonly branch: Branch;
  readonly walker: Walker;
}

export function scratch(world: World, memory: Memory, packet: Packet): Scratch {
  return {
    branch: startBranch(packet, memory, []),
    walker: { world, open: [], left: 1, recordFailures: false },
  };
}

/** Lets the branch go through one stage; false when there was more than one way. */
export function goThrough({ branch, walker }: Scratch, stage: Stage): boolean {
  if (branch.end === undefined) runStage(walker, branch, stage);
  return walker.open.length === 0;
}
