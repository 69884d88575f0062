import type { Family } from "../../engine/net/ip.js";
import type { Memory } from "../walk/memory.js";
import type { World } from "../walk/world.js";
import type { Interfaces } from "./interfaces.js";
import type { Machine } from "./machine.js";
import type { Planner } from "./plan/planned.js";
import type { RuleNumbers } from "./rule-numbers.js";

/** A ruleset on a host, made ready to be run over many packets. */
export interface Program {
  readonly family: Family;
  /** The same for the reference walk, its long chains indexed. */
  readonly world: World;
  /** What the host remembers; every packet finds it so. */
  readonly memory: Memory;
  readonly rules: RuleNumbers;
  /** `undefined`: routing here looks at things that are not lowered, so that every packet is walked. */
  readonly lowered: Lowered | undefined;
}

export interface Lowered {
  readonly machine: Machine;
  readonly planner: Planner;
  readonly interfaces: Interfaces;
  /** Interfaces by which packets come in that only the reference walk knows about. */
  readonly left: ReadonlySet<string>;
}
