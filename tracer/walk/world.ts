import type { Family } from "../../engine/net/ip.js";
import type { TableName } from "../../engine/iptables/types.js";
import type { HostState } from "../host/types.js";
import type { Branch } from "./branch.js";
import type { LinkedRules, LinkedTable } from "./link.js";

/** A statement of the user about what cannot be told: `set:blocked=no`. */
export interface Statement {
  /** Extension that it is about, `rule`, or another subject of an unknown. */
  readonly kind: string;
  /** Which one (a set's name, a rule's place); `undefined`: each. */
  readonly name: string | undefined;
  readonly holds: boolean;
}

/** All that does not change while packets are walked. */
export interface World {
  readonly family: Family;
  /** In the order in which they were loaded; usually one. */
  readonly rules: readonly LinkedRules[];
  readonly host: HostState;
  readonly statements: readonly Statement[];
  /**
   * Counters of `nth` rules that the host does not give may stand anywhere, each place as likely,
   * as on a node that has been running. Otherwise they begin at 0, as after loading the rules.
   */
  readonly countersAnywhere?: boolean;
}

export interface WorldParts {
  /** One for each ruleset of the family, in the order in which they were loaded. */
  readonly rules: readonly LinkedRules[];
  readonly host: HostState;
  readonly statements?: readonly Statement[];
  readonly countersAnywhere?: boolean;
}

/** `rules` must be of one family. */
export function makeWorld({ statements = [], ...parts }: WorldParts): World {
  return { family: parts.rules[0]?.family ?? 4, statements, ...parts };
}

/** One walk: the world and the branches still to be followed. */
export interface Walker {
  readonly world: World;
  readonly open: Branch[];
  /** How many more branches may be opened. */
  left: number;
  /** How many of these for the sake of what is not known; without it as many as there may be. */
  leftToSuppose?: number;
  readonly recordFailures: boolean;
}

/** In the order in which they are visited: of two nat tables the one loaded last comes first. */
export function tablesNamed(world: World, name: TableName): readonly LinkedTable[] {
  const tables = world.rules
    .map(({ tables: known }) => known.get(name))
    .filter((table) => table !== undefined);
  return name === "nat" ? tables.reverse() : tables;
}

/** Why packets are tracked here, or `undefined` when they are not. */
export function trackingReason({ rules, host }: World): string | undefined {
  const rule = rules.find(({ tracks }) => tracks !== undefined)?.tracks;
  if (rule !== undefined) return rule;
  return host.tracksConnections.value ? "the node tracks connections for other reasons" : undefined;
}
