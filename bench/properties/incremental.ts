import fc from "fast-check";
import { printRuleset } from "../../engine/iptables/print.js";
import type { Ruleset } from "../../engine/iptables/types.js";
import type { ObjectChange, SyncStyle } from "../../engine/kube-proxy/sync/types.js";
import { sampleOne } from "../inputs/cluster.js";
import { restored } from "../inputs/subject.js";
import type { Property } from "./types.js";

/** How often the cluster changes before the sums are compared. */
const CHANGES = 6;
/** In larger clusters only the minimal style is tried: the other one takes longer than all else. */
const MOST_OBJECTS_OF_BOTH = 10_000;
/** Of large clusters, stale chains are removed at most once in this time (`syncPeriod`). */
const SYNC_PERIOD_MS = 30_000;

const KINDS = ["endpoints leave", "endpoints return", "object goes", "object returns"] as const;

interface Event {
  readonly kind: (typeof KINDS)[number];
  readonly object: object;
}

/**
 * The restores of an incremental sync, one after the other, leave the rules that one full sync of
 * the last state leaves.
 */
export const FULL_IS_INCREMENTAL: Property = {
  name: "full = incremental",
  wrong({ subject, setting, seed }) {
    const { family } = setting.setup.flags;
    const events = eventsOf(setting.objects.filter(isMoved), seed);
    let first: { readonly text: string; readonly rules: Ruleset } | undefined;
    let full: string | undefined;
    const styles: readonly SyncStyle[] =
      setting.objects.length > MOST_OBJECTS_OF_BOTH ? ["minimal"] : ["minimal", "kube-proxy"];
    for (const style of styles) {
      const sync = subject.sync({ ...setting.setup, style });
      sync.change({ add: setting.objects });
      const { text: begun } = sync.sync();
      if (first?.text !== begun) first = { text: begun, rules: restored(undefined, begun, family) };
      let { rules } = first;
      const now = new Map(setting.objects.map((object) => [object, object]));
      for (const [time, event] of events.entries()) {
        sync.change(changeOf(event, now));
        const { text } = sync.sync({ now: (time + 1) * SYNC_PERIOD_MS });
        rules = restored(rules, text, family);
      }
      const objects = [...now.values()];
      full ??= printed(restored(undefined, subject.compile(objects, setting.setup).text, family));
      if (printed(rules) !== full) {
        const story = events.map(({ kind, object }) => `${kind}: ${nameOf(object)}`);
        return `style ${style}, after these changes other rules stand than a full sync leaves:\n  ${story.join("\n  ")}`;
      }
    }
    return undefined;
  },
};

/** As the kernel would save them, chains by name. */
function printed(rules: Ruleset): string {
  return printRuleset(rules, "save");
}

/**
 * Which object an event is about goes by a hash of its name, so that a cluster of fewer objects has
 * the same events as long as it has the same objects: a failure then shrinks to those that matter.
 */
function eventsOf(objects: readonly object[], seed: number): readonly Event[] {
  const kinds = fc.array(fc.constantFrom(...KINDS), { minLength: CHANGES, maxLength: CHANGES });
  return sampleOne(kinds, seed).flatMap((kind, at) => {
    const rank = (object: object) => hashOf(`${seed} ${at} ${nameOf(object)}`);
    let first = objects[0];
    for (const object of objects) if (first && rank(object) < rank(first)) first = object;
    return first === undefined ? [] : [{ kind, object: first }];
  });
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return hash;
}

/** What an event does to the objects; `now` follows it. Keys are the objects as they began. */
function changeOf({ kind, object: first }: Event, now: Map<unknown, unknown>): ObjectChange {
  const present = now.has(first);
  switch (kind) {
    case "object goes":
      now.delete(first);
      return present ? { delete: [first] } : {};
    case "endpoints leave":
    case "endpoints return":
    case "object returns": {
      const object = kind === "endpoints leave" ? withoutHalf(first) : first;
      now.set(first, object);
      return present ? { update: [object] } : { add: [object] };
    }
  }
}

/** Every other endpoint of a slice gone; other objects as they are. */
function withoutHalf(object: object): object {
  if (!("endpoints" in object) || !Array.isArray(object.endpoints)) return object;
  return { ...object, endpoints: object.endpoints.filter((_, index) => index % 2 === 1) };
}

/** Nodes stay: what their coming and going does is no Service's matter. */
function isMoved(object: unknown): object is object {
  return (
    typeof object === "object" && object !== null && !("kind" in object && object.kind === "Node")
  );
}

function nameOf(object: unknown): string {
  if (typeof object !== "object" || object === null || !("metadata" in object)) return "?";
  const { metadata } = object;
  if (typeof metadata !== "object" || metadata === null || !("name" in metadata)) return "?";
  return String(metadata.name);
}
