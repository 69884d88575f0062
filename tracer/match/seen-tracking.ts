import type { Branch } from "../walk/branch.js";
import type { Tracked, Tracking } from "../walk/memory.js";

/**
 * The connection that matches and targets find on a packet (`nf_ct_get`). After a `CT` rule that is,
 * until tracking begins, the rule's template: new, confirmed, and empty but for its zone.
 */
export function seenTracking({ tracking, template, packet }: Branch): Tracking {
  if (tracking.kind !== "none" || template === undefined) return tracking;
  const nowhere = packet.family === 4 ? 0 : 0n;
  const ends = {
    protocol: 0,
    source: nowhere,
    destination: nowhere,
    sourcePort: 0,
    destinationPort: 0,
  };
  const connection: Tracked = {
    id: 0,
    original: ends,
    reply: ends,
    zones: template.zones,
    mark: 0,
    seenReply: false,
    assured: false,
    confirmed: true,
    bound: { source: false, destination: false },
    translated: { source: false, destination: false },
    tcp: undefined,
    expires: undefined,
    since: undefined,
    master: undefined,
    helper: template.helper,
    carried: undefined,
    labels: [],
  };
  return { kind: "tracked", connection, direction: "original", state: "NEW" };
}
