import { ALL_RESOURCES, apiVersionOf } from "../api/resources.js";
import { formatTime, humanDuration } from "../clock.js";
import type { JournalEntry } from "../journal.js";
import type { DerivedObject, DerivedResource } from "./types.js";

/** What a component has said of an object, as often as it said it (`core/v1 Event`). */
interface EventObject extends DerivedObject {
  readonly involvedObject: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
  };
  readonly reason: string;
  readonly message: string;
  readonly type: string;
  readonly source: { readonly component: string; readonly host?: string };
  readonly reportingComponent: string;
  readonly reportingInstance: string;
  readonly count: number;
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
}

/** Remarks that are one event: the same words of the same component about the same object. */
interface Said {
  readonly first: JournalEntry;
  readonly last: JournalEntry;
  readonly count: number;
}

/** Events are forgotten after an hour (`--event-ttl`). */
const LIFETIME = 3_600_000;

/** The remarks of components as Events, in the order in which they were last made. */
export const EVENTS: DerivedResource = {
  plural: "events",
  singular: "event",
  shortNames: ["ev"],
  kind: "Event",
  columns: [
    { name: "Last Seen", wide: false },
    { name: "Type", wide: false },
    { name: "Reason", wide: false },
    { name: "Object", wide: false },
    { name: "Subobject", wide: true },
    { name: "Source", wide: true },
    { name: "Message", wide: false },
    { name: "First Seen", wide: true },
    { name: "Count", wide: true },
    { name: "Name", wide: true },
  ],
  rows: (api, now) =>
    gathered(api.journal, now).map((said) => {
      const object = eventOf(said);
      const { component, host } = object.source;
      const { kind, name } = object.involvedObject;
      const cells = [
        humanDuration(now - said.last.at),
        object.type,
        object.reason,
        `${kind.toLowerCase()}/${name}`,
        "",
        host === undefined ? component : `${component}, ${host}`,
        object.message,
        humanDuration(now - said.first.at),
        object.count,
        object.metadata.name,
      ];
      return { object, cells };
    }),
};

function gathered(entries: readonly JournalEntry[], now: number): readonly Said[] {
  const said = new Map<string, Said>();
  for (const entry of entries) {
    if (entry.remark === undefined || now - entry.at > LIFETIME) continue;
    const key = [entry.actor, entry.object, entry.uid, entry.did, entry.note].join("\0");
    const before = said.get(key);
    // Said again, it moves to the end.
    said.delete(key);
    said.set(key, {
      first: before?.first ?? entry,
      last: entry,
      count: (before?.count ?? 0) + 1,
    });
  }
  return [...said.values()];
}

const COMPONENTS: Readonly<Record<string, string>> = { scheduler: "default-scheduler" };

function eventOf({ first, last, count }: Said): EventObject {
  const [actor = "", host] = first.actor.split("/");
  const component = COMPONENTS[actor] ?? actor;
  const involved = involvedIn(first);
  const number = first.at * 1_000_000 + first.number;
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: {
      name: `${involved.name}.${number.toString(16)}`,
      namespace: involved.namespace ?? "default",
      uid: `event-${first.number}`,
      creationTimestamp: formatTime(first.at),
    },
    involvedObject: involved,
    reason: first.did,
    message: first.note ?? "",
    type: first.remark ?? "Normal",
    source: host === undefined ? { component } : { component, host },
    reportingComponent: component,
    reportingInstance: host ?? "",
    count,
    firstTimestamp: formatTime(first.at),
    lastTimestamp: formatTime(last.at),
  };
}

/** Journals name objects as in `pod/default/web-1` and `node/node-1`. */
function involvedIn({ object, uid = "" }: JournalEntry): EventObject["involvedObject"] {
  const [lower = "", ...path] = object.split("/");
  const resource = ALL_RESOURCES.find(({ kind }) => kind.toLowerCase() === lower);
  const [name = "", namespace] = [path.at(-1), path.length > 1 ? path[0] : undefined];
  return {
    apiVersion: resource === undefined ? "v1" : apiVersionOf(resource),
    kind: resource?.kind ?? lower,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    uid,
  };
}
