import type { JsonObject } from "../json.js";
import { keysUnder, positionOf } from "./sorted-keys.js";
import {
  keyOf,
  revisionOf,
  type Compacted,
  type Future,
  type KeyValue,
  type Range,
  type RangeOptions,
  type Store,
  type StoreEvent,
  type Watch,
  type WriteOptions,
  type WriteResult,
} from "./types.js";

/** All that a store holds, as data: what a session's file keeps. */
export interface StoreSnapshot {
  readonly revision: number;
  /** History up to and including this revision is gone. */
  readonly compacted: number;
  /** What the keys held right after `compacted`. */
  readonly base: readonly KeyValue[];
  /** Every change since, in order. */
  readonly log: readonly LoggedChange[];
}

type LoggedChange =
  | { readonly put: KeyValue }
  | { readonly delete: string; readonly revision: number };

interface Watcher {
  readonly prefix: string;
  readonly listener: (event: StoreEvent) => void;
}

/** A change of one key: its value from `revision` on, `undefined` when it was deleted. */
interface Change {
  readonly revision: number;
  readonly value: KeyValue | undefined;
}

/** Changes that are kept for watchers to catch up with, at least. */
const HISTORY = 20_000;

/** The store in memory. Values are kept as they are given, so they must never be changed after. */
export class MemoryStore implements Store {
  readonly #history = new Map<string, Change[]>();
  readonly #watchers = new Set<Watcher>();
  /** Every key that has a history, sorted. */
  #keys: string[] = [];
  #log: StoreEvent[] = [];
  #revision = 1;
  #compacted = 0;

  static restore(snapshot: StoreSnapshot): MemoryStore {
    const store = new MemoryStore();
    store.#compacted = snapshot.compacted;
    for (const item of snapshot.base) {
      store.#history.set(item.key, [{ revision: item.modRevision, value: item }]);
    }
    store.#keys = [...store.#history.keys()].sort();
    for (const change of snapshot.log) store.#replay(change);
    store.#revision = snapshot.revision;
    return store;
  }

  snapshot(): StoreSnapshot {
    const base: KeyValue[] = [];
    for (const key of this.#keys) {
      const value = this.#valueAt(key, this.#compacted);
      if (value !== undefined) base.push(value);
    }
    const log = this.#log.map((event): LoggedChange =>
      event.type === "put" ? { put: event.now } : { delete: event.key, revision: event.revision },
    );
    return { revision: this.#revision, compacted: this.#compacted, base, log };
  }

  revision(): Promise<number> {
    return Promise.resolve(this.#revision);
  }

  get(key: string): Promise<KeyValue | undefined> {
    return Promise.resolve(this.#current(key));
  }

  range(prefix: string, options: RangeOptions = {}): Promise<Range | Compacted | Future> {
    const at = options.at ?? this.#revision;
    if (at > this.#revision) return Promise.resolve(this.#future());
    if (at < this.#compacted) return Promise.resolve(this.#gone());
    const limit = options.limit ?? Number.POSITIVE_INFINITY;
    const items: KeyValue[] = [];
    let more = false;
    for (const key of keysUnder(this.#keys, prefix, options.after)) {
      const value = this.#valueAt(key, at);
      if (value === undefined) continue;
      if (items.length === limit) {
        more = true;
        break;
      }
      items.push(value);
    }
    return Promise.resolve({ kind: "range", revision: this.#revision, items, more });
  }

  put(key: string, value: JsonObject, options: WriteOptions = {}): Promise<WriteResult> {
    const before = this.#current(key);
    if (options.ifRevision !== undefined && options.ifRevision !== (before?.modRevision ?? 0)) {
      return Promise.resolve({ kind: "conflict", current: before });
    }
    const revision = this.#revision + 1;
    const now: KeyValue = {
      key,
      value,
      createRevision: before?.createRevision ?? revision,
      modRevision: revision,
      version: (before?.version ?? 0) + 1,
    };
    this.#publish({ type: "put", now, before });
    return Promise.resolve({ kind: "written", revision });
  }

  delete(key: string, options: WriteOptions = {}): Promise<WriteResult> {
    const before = this.#current(key);
    const expected = options.ifRevision ?? before?.modRevision;
    if (before === undefined || expected !== before.modRevision) {
      return Promise.resolve({ kind: "conflict", current: before });
    }
    const revision = this.#revision + 1;
    this.#publish({ type: "delete", key, revision, before });
    return Promise.resolve({ kind: "written", revision });
  }

  watch(
    prefix: string,
    from: number,
    listener: (event: StoreEvent) => void,
  ): Promise<Watch | Compacted> {
    if (from <= this.#compacted) return Promise.resolve(this.#gone());
    const watcher = { prefix, listener };
    for (const event of this.#since(from)) {
      if (keyOf(event).startsWith(prefix)) listener(event);
    }
    this.#watchers.add(watcher);
    const close = (): Promise<void> => {
      this.#watchers.delete(watcher);
      return Promise.resolve();
    };
    return Promise.resolve({ kind: "watch", close });
  }

  /** Watches are told within the write itself, so there is nothing to wait for. */
  delivered(): Promise<void> {
    return Promise.resolve();
  }

  compact(revision: number): Promise<"compacted" | Compacted | Future> {
    if (revision > this.#revision) return Promise.resolve(this.#future());
    if (revision <= this.#compacted) return Promise.resolve(this.#gone());
    this.#forgetUpTo(revision);
    return Promise.resolve("compacted");
  }

  #forgetUpTo(revision: number): void {
    this.#compacted = revision;
    const stale = new Set<string>();
    for (const event of this.#log) {
      if (revisionOf(event) > revision) break;
      stale.add(keyOf(event));
    }
    this.#log = [...this.#since(revision + 1)];
    for (const key of stale) this.#forget(key, revision);
    if (stale.size > 0) this.#keys = this.#keys.filter((key) => this.#history.has(key));
  }

  close(): Promise<void> {
    this.#watchers.clear();
    return Promise.resolve();
  }

  #publish(event: StoreEvent): void {
    this.#record(event);
    if (this.#log.length > 2 * HISTORY) this.#forgetUpTo(this.#revision - HISTORY);
    const key = keyOf(event);
    for (const watcher of this.#watchers) {
      if (key.startsWith(watcher.prefix)) watcher.listener(event);
    }
  }

  #replay(change: LoggedChange): void {
    if ("put" in change) {
      this.#record({ type: "put", now: change.put, before: this.#current(change.put.key) });
      return;
    }
    const before = this.#current(change.delete);
    if (before === undefined) return;
    this.#record({ type: "delete", key: change.delete, revision: change.revision, before });
  }

  #record(event: StoreEvent): void {
    const key = keyOf(event);
    const revision = revisionOf(event);
    const changes = this.#history.get(key);
    const change = { revision, value: event.type === "put" ? event.now : undefined };
    if (changes === undefined) {
      this.#history.set(key, [change]);
      this.#keys.splice(positionOf(this.#keys, key), 0, key);
    } else {
      changes.push(change);
    }
    this.#revision = revision;
    this.#log.push(event);
  }

  #current(key: string): KeyValue | undefined {
    return this.#history.get(key)?.at(-1)?.value;
  }

  #valueAt(key: string, revision: number): KeyValue | undefined {
    return this.#history.get(key)?.findLast((change) => change.revision <= revision)?.value;
  }

  /** Keeps what the key held at `revision` and all that came after. */
  #forget(key: string, revision: number): void {
    const changes = this.#history.get(key) ?? [];
    const base = changes.findLastIndex((change) => change.revision <= revision);
    const kept = changes.slice(Math.max(base, 0));
    if (kept[0]?.value === undefined && kept[0] !== undefined && kept[0].revision <= revision) {
      kept.shift();
    }
    if (kept.length === 0) this.#history.delete(key);
    else this.#history.set(key, kept);
  }

  /** The log has one event for each revision, without gaps, so its place is known. */
  #since(from: number): readonly StoreEvent[] {
    const first = this.#log[0];
    if (first === undefined) return [];
    return this.#log.slice(Math.max(0, from - revisionOf(first)));
  }

  #gone(): Compacted {
    return { kind: "compacted", oldest: this.#compacted };
  }

  #future(): Future {
    return { kind: "future", revision: this.#revision };
  }
}
