import type { Clock } from "../clock.js";
import type { Actor, Journal } from "../journal.js";
import { keyOfObject, type AnyObject, type Kinds, type Plural } from "../objects.js";
import { keyOf, revisionOf, type Store, type StoreEvent, type Watch } from "../store/types.js";
import { WatchCache, type ApiEvent } from "./cache.js";
import { ALL_RESOURCES, RESOURCES } from "./resources.js";
import { MODIFIED, conflict, failure, ok, type ApiResult } from "./status.js";
import { asStored, withRevision } from "./typed.js";

/** Who writes, and what a journal's reader should know of it. */
export interface WriteContext {
  readonly actor: Actor;
  readonly note?: string;
  /** Go all the way but for the write itself. */
  readonly dryRun?: boolean;
}

/** The write under way, so that the watch can tell which entry of the journal a change is. */
interface Pending {
  readonly key: string;
  readonly context: WriteContext;
  readonly did: string;
}

export interface ObjectStoreParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly journal: Journal;
}

const ROOT = "/registry/";

/**
 * Objects in the store: written on the condition that nobody else wrote meanwhile, seen in the
 * cache once the store's watch has told of them, each write with its entry in the journal.
 */
export class ObjectStore {
  readonly cache = new WatchCache();
  readonly #parts: ObjectStoreParts;
  #pending: Pending | undefined;
  #watch: Watch | undefined;

  private constructor(parts: ObjectStoreParts) {
    this.#parts = parts;
  }

  /** Reads what the store holds and goes on watching it. */
  static async open(parts: ObjectStoreParts): Promise<ObjectStore> {
    const objects = new ObjectStore(parts);
    const range = await parts.store.range(ROOT);
    if (range.kind !== "range") return objects;
    for (const item of range.items) {
      objects.#learn({ type: "put", now: item, before: undefined });
    }
    objects.cache.reached(range.revision);
    const watch = await parts.store.watch(ROOT, range.revision + 1, (event) =>
      objects.#learn(event),
    );
    if (watch.kind === "watch") objects.#watch = watch;
    return objects;
  }

  async close(): Promise<void> {
    await this.#watch?.close();
  }

  /** Stores an object in place of `old`, or as a new one. `did` says it in the journal. */
  async write<P extends Plural>(
    plural: P,
    next: Kinds[P],
    old: Kinds[P] | undefined,
    context: WriteContext,
    did: string,
  ): Promise<ApiResult<Kinds[P]>> {
    if (context.dryRun === true) return ok(next);
    const key = storeKey(plural, next);
    const { store } = this.#parts;
    const written = await this.#announced({ key, context, did }, () =>
      store.put(key, asStored(next), { ifRevision: revisionSeen(old) }),
    );
    if (written.kind === "conflict")
      return conflict(RESOURCES[plural], next.metadata.name, MODIFIED);
    const { namespace, name } = next.metadata;
    return ok(this.cache.get(plural, namespace, name) ?? next);
  }

  async remove<P extends Plural>(
    plural: P,
    old: Kinds[P],
    context: WriteContext,
  ): Promise<ApiResult<Kinds[P]>> {
    if (context.dryRun === true) return ok(old);
    const key = storeKey(plural, old);
    const { store } = this.#parts;
    const written = await this.#announced({ key, context, did: "deleted" }, () =>
      store.delete(key, { ifRevision: revisionSeen(old) }),
    );
    if (written.kind === "conflict")
      return conflict(RESOURCES[plural], old.metadata.name, MODIFIED);
    return ok(old);
  }

  /** Lets the watch know, while it hears of the change, whose it is. */
  async #announced(pending: Pending, write: () => ReturnType<Store["put"]>) {
    this.#pending = pending;
    const written = await write();
    if (written.kind === "written") await this.#parts.store.delivered(written.revision);
    this.#pending = undefined;
    return written;
  }

  #learn(event: StoreEvent): void {
    const plural = pluralOf(event);
    if (plural === undefined) return;
    const revision = revisionOf(event);
    const { value } = event.type === "delete" ? event.before : event.now;
    const object = withRevision(plural, value, revision);
    const { namespace, name } = object.metadata;
    const before = this.cache.get(plural, namespace, name);
    const entry = this.#record(keyOf(event), plural, object);
    const type = event.type === "delete" ? "DELETED" : before === undefined ? "ADDED" : "MODIFIED";
    this.cache.apply({ type, plural, object, before, revision, entry });
  }

  /** Heartbeats are not worth a line each. */
  #record(key: string, plural: Plural, object: AnyObject): number | undefined {
    const pending = this.#pending;
    if (pending?.key !== key || plural === "leases") return undefined;
    const { actor, note } = pending.context;
    return this.#parts.journal.add({
      at: this.#parts.clock.now(),
      actor: actor.name,
      because: actor.because,
      did: pending.did,
      object: describe(object),
      note,
      remark: undefined,
    });
  }

  /**
   * Tells of every change of a kind after revision `from`, past ones first (the `watch` verb).
   * A revision that was compacted away is answered with `Expired`.
   */
  async watch(
    plural: Plural,
    from: number,
    listener: (event: Omit<ApiEvent, "entry">) => void,
  ): Promise<ApiResult<Watch>> {
    const watch = await this.#parts.store.watch(prefixOf(plural), from + 1, (event) => {
      const told = translate(event);
      if (told !== undefined) listener(told);
    });
    if (watch.kind === "watch") return ok(watch);
    return failure("Expired", `too old resource version: ${from} (${watch.oldest ?? "compacted"})`);
  }
}

/** `pod/default/web-1`. */
export function describe(object: AnyObject): string {
  return `${object.kind.toLowerCase()}/${keyOfObject(object)}`;
}

function prefixOf(plural: Plural): string {
  return `${ROOT}${plural}/`;
}

function storeKey(plural: Plural, object: AnyObject): string {
  return prefixOf(plural) + keyOfObject(object);
}

function revisionSeen(old: AnyObject | undefined): number {
  return old === undefined ? 0 : Number(old.metadata.resourceVersion);
}

const PLURALS: ReadonlyMap<string, Plural> = new Map(
  ALL_RESOURCES.map(({ plural }) => [plural, plural]),
);

function pluralOf(event: StoreEvent): Plural | undefined {
  const key = keyOf(event);
  return PLURALS.get(key.slice(ROOT.length, key.indexOf("/", ROOT.length)));
}

function translate(event: StoreEvent): Omit<ApiEvent, "entry"> | undefined {
  const plural = pluralOf(event);
  if (plural === undefined) return undefined;
  const revision = revisionOf(event);
  const before =
    event.before === undefined
      ? undefined
      : withRevision(plural, event.before.value, event.before.modRevision);
  if (event.type === "delete") {
    const object = withRevision(plural, event.before.value, revision);
    return { type: "DELETED", plural, object, before, revision };
  }
  const object = withRevision(plural, event.now.value, revision);
  return { type: before === undefined ? "ADDED" : "MODIFIED", plural, object, before, revision };
}
