import { everyWay } from "../choose/fork.js";
import { groupOutcomes, type OutcomeGroup } from "../odds/group.js";
import { forgetConnection, memoryOf, type Tracked } from "../walk/memory.js";
import { walk } from "../walk/walk.js";
import type { World } from "../walk/world.js";

/** A connection of the table that was given, to which the packet belongs. */
export interface KnownConnection {
  readonly connection: Tracked;
  /** Where the rules would send the packet if the connection were not there. */
  readonly otherwise: readonly OutcomeGroup[];
  /** Its translation is one that the rules make no more. */
  readonly stale: boolean;
}

/**
 * nat is asked for a connection's first packet only, so that one made before the rules changed keeps
 * the translation of then; `undefined` for a packet that opens a connection or replies in one.
 */
export function knownConnection(
  world: World,
  { ways: [way], path }: OutcomeGroup,
): KnownConnection | undefined {
  const tracking = way?.branch.tracking;
  if (tracking?.kind !== "tracked" || tracking.direction !== "original") return undefined;
  const memory = memoryOf(world.host);
  const connection = memory.connections.get(tracking.connection.id);
  if (connection === undefined || tracking.connection.since !== undefined) return undefined;
  const fresh = forgetConnection(memory, connection);
  const otherwise = groupOutcomes(walk(world, fresh, path.first, { chooser: everyWay }));
  const stale = otherwise.every(
    ({ path: { last } }) =>
      last.destination !== path.last.destination ||
      last.destinationPort !== path.last.destinationPort,
  );
  return { connection, otherwise, stale };
}
