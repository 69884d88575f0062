import { everyWay } from "../choose/fork.js";
import type { Chooser } from "../choose/types.js";
import type { Fraction } from "../odds/fraction.js";
import { oddsOf } from "../odds/share.js";
import type { Packet } from "../packet/types.js";
import { startBranch, type Branch, type Linked } from "./branch.js";
import { eventsOf, type WalkEvent } from "./events.js";
import { OUTPUT, PREROUTING } from "./hooks.js";
import { MAX_BRANCHES, MAX_SUPPOSED } from "./limits.js";
import type { Memory } from "./memory.js";
import type { Path, Step } from "./result.js";
import { runStage } from "./stages.js";
import type { Walker, World } from "./world.js";

/** How a walk goes where something is drawn, and what it notes. */
export interface WalkOptions {
  readonly chooser: Chooser;
  /** Also notes which condition failed, for every rule that was tried. */
  readonly recordFailures?: boolean;
  readonly maxBranches?: number;
}

/** One end that a packet may come to. */
export interface Outcome {
  readonly path: Path;
  /**
   * Its exact chance among the outcomes that suppose the same. Where nothing is supposed the
   * chances of all outcomes add up to 1.
   */
  readonly odds: Fraction;
  /** What happened, in order. */
  readonly events: readonly WalkEvent[];
  /** How many rules the kernel's linear scan tries on this way, matching or not. */
  readonly tried: number;
  /** What the packet leaves behind on the node. */
  readonly memory: Memory;
  readonly branch: Branch;
}

/**
 * Walks one packet through the node. It enters by `packet.inInterface`, or at OUTPUT without one. It
 * takes one lot of the chooser. There is one outcome for every way that is left open and for every
 * answer to a question that cannot be decided, in the order of the rules.
 */
export function walk(
  world: World,
  memory: Memory,
  packet: Packet,
  options: WalkOptions,
): readonly Outcome[] {
  const stages = packet.inInterface === undefined ? OUTPUT : PREROUTING;
  return follow(world, startBranch(packet, memory, stages), options);
}

/** All outcomes of one packet, with their exact odds. */
export function enumerate(world: World, memory: Memory, packet: Packet): readonly Outcome[] {
  return walk(world, memory, packet, { chooser: everyWay });
}

/** Follows a branch that stands anywhere, and all that fork from it. */
export function follow(world: World, start: Branch, options: WalkOptions): readonly Outcome[] {
  start.lot = options.chooser.lot();
  const walker: Walker = {
    world,
    open: [start],
    left: options.maxBranches ?? MAX_BRANCHES,
    leftToSuppose: MAX_SUPPOSED,
    recordFailures: options.recordFailures ?? false,
  };
  const outcomes: Outcome[] = [];
  for (let branch = walker.open.pop(); branch !== undefined; branch = walker.open.pop()) {
    run(walker, branch);
    outcomes.push(outcomeOf(branch));
  }
  return outcomes;
}

function run(walker: Walker, branch: Branch): void {
  while (branch.end === undefined) {
    const stage = branch.stages[branch.stage];
    if (stage === undefined) return;
    runStage(walker, branch, stage);
  }
}

function outcomeOf(branch: Branch): Outcome {
  const events = eventsOf(branch.trail);
  const odds = oddsOf(branch);
  const { tried, memory } = branch;
  return { path: pathOf(branch, events), odds, events, tried, memory, branch };
}

function pathOf(branch: Branch, events: readonly WalkEvent[]): Path {
  const { first, packet: last, end } = branch;
  return {
    verdict: end?.verdict ?? "unknown",
    because: end?.because ?? "the walk did not come to an end",
    steps: stepsOf(events),
    in: first.inInterface,
    out: branch.out,
    with: end?.with,
    error: end?.error ?? errorOf(branch),
    first,
    last,
    answer: end?.answer,
    translated: isTranslated(first, last),
    conditions: listOf(branch.conditions),
    assumptions: [...branch.assumptions].map(([what, because]) => ({ what, because })),
  };
}

/** A packet dropped before it left, or came back by `lo`, fails the call that sent it. */
function errorOf({ first, looped, end }: Branch): string | undefined {
  const stopped = end?.verdict === "dropped" || end?.verdict === "rejected";
  return stopped && first.inInterface === undefined && !looped ? "EPERM" : undefined;
}

export function stepsOf(events: readonly WalkEvent[]): readonly Step[] {
  const steps: Step[] = [];
  for (const event of events) {
    if (event.kind !== "matched") continue;
    const { at, target, definition } = event;
    const { hook, table, chain, rule } = at;
    steps.push({ hook, table, chain, rule, target, definition });
  }
  return steps;
}

function isTranslated(first: Packet, last: Packet): boolean {
  return (
    first.source !== last.source ||
    first.destination !== last.destination ||
    first.sourcePort !== last.sourcePort ||
    first.destinationPort !== last.destinationPort
  );
}

function listOf<T>(list: Linked<T> | undefined): readonly T[] {
  const items: T[] = [];
  for (let at = list; at !== undefined; at = at.rest) items.push(at.item);
  return items.reverse();
}
