import type { JsonObject } from "../json.js";

/** A key's value and its place in the store's history (etcd `mvccpb.KeyValue`). */
export interface KeyValue {
  readonly key: string;
  readonly value: JsonObject;
  /** Revision at which the key last came into being. */
  readonly createRevision: number;
  /** Revision of its last change. */
  readonly modRevision: number;
  /** Changes since it came into being, from 1. */
  readonly version: number;
}

export type StoreEvent =
  | { readonly type: "put"; readonly now: KeyValue; readonly before: KeyValue | undefined }
  | {
      readonly type: "delete";
      readonly key: string;
      readonly revision: number;
      readonly before: KeyValue;
    };

/** The revision that was asked for is gone: it was compacted away. */
export interface Compacted {
  readonly kind: "compacted";
  /** The oldest revision that can still be read, where the store tells. */
  readonly oldest: number | undefined;
}

/** A revision that has not happened yet was asked for. */
export interface Future {
  readonly kind: "future";
  readonly revision: number;
}

export interface Range {
  readonly kind: "range";
  /** The store's revision when it was read. */
  readonly revision: number;
  /** Sorted by key, in byte order. */
  readonly items: readonly KeyValue[];
  /** Whether `limit` left some out. */
  readonly more: boolean;
}

export interface RangeOptions {
  /** Read as of this revision; the newest when absent. */
  readonly at?: number;
  /** At most so many items. */
  readonly limit?: number;
  /** Only keys greater than this one. */
  readonly after?: string;
}

export type WriteResult =
  | { readonly kind: "written"; readonly revision: number }
  /** The key is not at the revision that the writer believed; nothing was written. */
  | { readonly kind: "conflict"; readonly current: KeyValue | undefined };

export interface WriteOptions {
  /** Write only if the key's `modRevision` is this; 0: only if there is no such key. */
  readonly ifRevision?: number;
}

export interface Watch {
  readonly kind: "watch";
  close(): Promise<void>;
}

/**
 * A revisioned map from keys to values with a replayable history: the part of etcd's v3 contract
 * that a Kubernetes API server needs. Every change takes the next revision. An empty store is at
 * revision 1, as etcd's is.
 */
export interface Store {
  revision(): Promise<number>;
  get(key: string): Promise<KeyValue | undefined>;
  range(prefix: string, options?: RangeOptions): Promise<Range | Compacted | Future>;
  put(key: string, value: JsonObject, options?: WriteOptions): Promise<WriteResult>;
  /** Deleting what is not there writes nothing and is a conflict. */
  delete(key: string, options?: WriteOptions): Promise<WriteResult>;
  /**
   * Calls `listener` for every change under `prefix` from revision `from` on, past ones first, in
   * the order of revisions, each exactly once.
   */
  watch(
    prefix: string,
    from: number,
    listener: (event: StoreEvent) => void,
  ): Promise<Watch | Compacted>;
  /** Waits until every watch has been told of all changes up to `revision`. */
  delivered(revision: number): Promise<void>;
  /** Forgets history older than `revision`; what is current stays. */
  compact(revision: number): Promise<"compacted" | Compacted | Future>;
  close(): Promise<void>;
}

export function keyOf(event: StoreEvent): string {
  return event.type === "put" ? event.now.key : event.key;
}

export function revisionOf(event: StoreEvent): number {
  return event.type === "put" ? event.now.modRevision : event.revision;
}
