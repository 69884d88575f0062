import type { Rule } from "../../engine/iptables/types.js";
import type { Packet } from "../packet/types.js";
import type { Place } from "../walk/events.js";
import type { Outcome } from "../walk/walk.js";
import type { World } from "../walk/world.js";
import { judge, type Aspect, type Failure, type Judged } from "./aspects.js";

/** A rule that looks made for the packet and failed in one thing. */
export interface NearMiss {
  readonly at: Place;
  readonly definition: Rule;
  /** As the rule saw it. */
  readonly packet: Packet;
  readonly failed: Aspect;
  readonly addressHolds: boolean;
  readonly portHolds: boolean;
  readonly states: readonly string[];
}

const MOST = 5;
/** The rule's own port holds, or its own address. */
const LEAST_LIKENESS = 3;

/**
 * The rules that a person would expect to match, the likeliest first, for an outcome that was walked
 * with `recordFailures`. Rules of a chain in which another one of the same address matched are left
 * out: there the packet found its own.
 */
export function nearMisses(world: World, outcome: Outcome, most = MOST): readonly NearMiss[] {
  const found = new Map<string, { readonly miss: NearMiss; readonly likeness: number }>();
  const settled = chainsWithOwnRule(outcome);
  for (const event of outcome.events) {
    if (event.kind !== "failed" || settled.has(chainKey(event.at))) continue;
    const key = `${chainKey(event.at)} ${event.at.rule}`;
    const judged = judge(world, outcome.branch, event);
    const miss = looksMade(judged) ? missOf(event, judged) : undefined;
    if (miss !== undefined && !found.has(key)) found.set(key, { miss, likeness: judged.likeness });
  }
  return [...found.values()]
    .sort((left, right) => right.likeness - left.likeness)
    .slice(0, most)
    .map(({ miss }) => miss);
}

/** A rule for other destinations is no near miss, whatever else of it holds. */
function looksMade({ failed: [failed], likeness }: Judged): boolean {
  return failed?.kind !== "destination" && likeness >= LEAST_LIKENESS;
}

/** `undefined` for a rule that failed in more than one thing. */
export function missOf(failure: Failure, judged: Judged): NearMiss | undefined {
  const [failed, ...others] = judged.failed;
  if (failed === undefined || others.length > 0) return undefined;
  const { at, definition, packet, tracking } = failure;
  const { addressHolds, portHolds } = judged;
  const states = tracking.kind === "tracked" ? [tracking.state] : [];
  return { at, definition, packet, failed, addressHolds, portHolds, states };
}

function chainsWithOwnRule({ events }: Outcome): ReadonlySet<string> {
  const chains = new Set<string>();
  for (const event of events) {
    if (event.kind !== "matched") continue;
    const { destination } = event.definition;
    if (destination !== undefined && !destination.not) chains.add(chainKey(event.at));
  }
  return chains;
}

function chainKey({ hook, table, chain }: Place): string {
  return `${hook} ${table} ${chain}`;
}
