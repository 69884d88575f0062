import type { Hook, Rule, TableName } from "../../engine/iptables/types.js";
import type { Route } from "../host/types.js";
import type { Packet } from "../packet/types.js";
import type { Direction, Tracking } from "./memory.js";

/** Where in the rules something happens. */
export interface Place {
  readonly hook: Hook;
  readonly table: TableName;
  readonly chain: string;
  /** From 1. */
  readonly rule: number;
}

export const HEADER_FIELDS = [
  "source",
  "destination",
  "in-interface",
  "out-interface",
  "protocol",
  "fragment",
] as const;
/** A condition of a rule's own, outside its `-m` matches. */
export type HeaderField = (typeof HEADER_FIELDS)[number];

/** Which condition of a rule failed: a header field, or the match at this place in `Rule.matches`. */
export type FailedCondition =
  | { readonly kind: "header"; readonly field: HeaderField }
  | { readonly kind: "match"; readonly index: number };

export type ConntrackVerdict = "NEW" | "ESTABLISHED" | "RELATED" | "INVALID" | "UNTRACKED";

/**
 * What happened to a packet, in order. Traces, counters and near misses are read off these events;
 * nothing else watches the walk.
 */
export type WalkEvent =
  | { readonly kind: "entered"; readonly hook: Hook; readonly table: TableName; readonly depth: 0 }
  | {
      readonly kind: "matched";
      readonly at: Place;
      readonly depth: number;
      readonly definition: Rule;
      /** Target or chain; empty for none. */
      readonly target: string;
    }
  /** Only when failures are asked for. */
  | {
      readonly kind: "failed";
      readonly at: Place;
      readonly depth: number;
      readonly definition: Rule;
      readonly condition: FailedCondition;
      /** As the rule saw it. */
      readonly packet: Packet;
      readonly out: string | undefined;
      readonly tracking: Tracking;
    }
  | {
      readonly kind: "policy";
      readonly hook: Hook;
      readonly table: TableName;
      readonly policy: "ACCEPT" | "DROP";
    }
  | {
      /** A random match was drawn. */
      readonly kind: "drawn";
      readonly at: Place;
      readonly holds: boolean;
      /** Chance of this answer: `ways` out of `of`. */
      readonly ways: number;
      readonly of: number;
    }
  | {
      readonly kind: "supposed";
      readonly at: Place | undefined;
      readonly what: string;
      readonly holds: boolean;
      readonly why: string;
    }
  | {
      readonly kind: "tracked";
      readonly hook: Hook;
      readonly state: ConntrackVerdict;
      readonly direction: Direction | undefined;
      readonly why: string;
    }
  | {
      /** Addresses, ports, mark or other fields changed. */
      readonly kind: "rewritten";
      readonly by: string;
      readonly before: Packet;
      readonly after: Packet;
    }
  | {
      readonly kind: "routed";
      readonly decision: "local" | "forward" | "out" | "none";
      readonly device: string | undefined;
      readonly route: Route | undefined;
      /** One phrase. */
      readonly why: string;
    }
  | { readonly kind: "answered"; readonly answer: Packet; readonly with: string };

/** Events so far, the last one first; shared between the branches of a walk. */
export interface Trail {
  readonly event: WalkEvent;
  readonly before: Trail | undefined;
}

export function eventsOf(trail: Trail | undefined): readonly WalkEvent[] {
  const events: WalkEvent[] = [];
  for (let at = trail; at !== undefined; at = at.before) events.push(at.event);
  return events.reverse();
}
