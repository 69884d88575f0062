import assert from "node:assert/strict";
import { everyWay } from "../../tracer/choose/fork.js";
import type { Packet } from "../../tracer/packet/types.js";
import { endingsOf, type Ending } from "../../tracer/program/endings.js";
import { programOf } from "../../tracer/program/link.js";
import type { Program } from "../../tracer/program/program.js";
import { targetName } from "../../tracer/walk/chain.js";
import { memoryOf, type Memory } from "../../tracer/walk/memory.js";
import type { Step } from "../../tracer/walk/result.js";
import { enumerate, walk, type Outcome } from "../../tracer/walk/walk.js";
import type { World } from "../../tracer/walk/world.js";
import { only } from "./walk.js";

/** One of the two that say what becomes of a packet; the same cases hold for both. */
export interface Evaluator {
  readonly by: string;
  readonly enumerate: typeof enumerate;
  /** The one outcome of a walk on which nothing is random and nothing unknown. */
  readonly trace: (world: World, sent: Packet) => Outcome;
  /** The next packet, on a node that remembers the ones before. */
  readonly next: (world: World, before: Outcome, sent: Packet) => Outcome;
}

function evaluator(by: string, every: typeof enumerate): Evaluator {
  return {
    by,
    enumerate: every,
    trace: (world, sent) => only(every(world, memoryOf(world.host), sent)),
    next: (world, before, sent) => only(every(world, before.memory, sent)),
  };
}

export const EVALUATORS: readonly Evaluator[] = [
  evaluator("the reference walk", enumerate),
  evaluator("the program", byProgram),
];

/**
 * What the program tells of each way (verdict, addresses, ports, mark, interface, rules, count of
 * tried rules, odds) in the place of what the reference walk told; the story around it, which a
 * program has not, is that of the walk over indexed rules. A program knows a node as the host state
 * gives it: packets after the first one are walked over indexed rules alone.
 */
function byProgram(world: World, memory: Memory, sent: Packet): readonly Outcome[] {
  const program = programOf(world);
  const told = walk(program.world, memory, sent, { chooser: everyWay });
  if (!isFresh(memory, program.memory)) return told;
  const endings = endingsOf(program, sent);
  assert.equal(endings.length, told.length, "the program knows as many ways");
  return endings.flatMap((ending, at) => {
    const outcome = told[at];
    return outcome === undefined ? [] : [withEnding(outcome, ending, program)];
  });
}

function isFresh(memory: Memory, fresh: Memory): boolean {
  return textOf(memory) === textOf(fresh);
}

function textOf({ now, nextId, ...maps }: Memory): string {
  const entries = Object.values(maps).map((map) => map.entries());
  return JSON.stringify([now, nextId, entries], (_, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
}

function withEnding(outcome: Outcome, ending: Ending, program: Program): Outcome {
  const { source, destination, sourcePort, destinationPort, mark } = ending;
  const { last } = outcome.path;
  // A port that is not there, or left open: what kind of nothing it is the walk says.
  const ports = {
    sourcePort: sourcePort ?? (typeof last.sourcePort === "number" ? undefined : last.sourcePort),
    destinationPort:
      destinationPort ??
      (typeof last.destinationPort === "number" ? undefined : last.destinationPort),
  };
  const path = {
    ...outcome.path,
    verdict: ending.verdict,
    last: { ...last, source, destination, mark, ...ports },
    out: ending.out,
    conditions: ending.conditions,
    steps: ending.matched.map((number, at) => stepOf(program, number, outcome.path.steps[at])),
  };
  return { ...outcome, path, odds: ending.odds, tried: ending.tried };
}

/** Hooks are the walk's, as the same rule may be visited from several. */
function stepOf(program: Program, number: number, told: Step | undefined): Step {
  const found = program.rules.at(number);
  assert.ok(found !== undefined && told !== undefined, `rule ${number} is one that matched`);
  const { table, chain, rule } = found;
  const target = rule.rule.target === undefined ? "" : targetName(rule.rule.target);
  return {
    hook: told.hook,
    table,
    chain: chain.name,
    rule: rule.number,
    target,
    definition: rule.rule,
  };
}
