import type { Etcd3, IKeyValue, IRequestOp, IWatchResponse, Watcher } from "etcd3";
import { isObject, type JsonObject } from "../json.js";
import type {
  Compacted,
  Future,
  KeyValue,
  Range,
  RangeOptions,
  Store,
  StoreEvent,
  Watch,
  WriteOptions,
  WriteResult,
} from "./types.js";
import { keyOf, revisionOf } from "./types.js";

/** A watch and how far it has come. */
interface Feed {
  readonly watcher: Watcher;
  seen: number;
}

/**
 * The store in a real etcd, through its v3 API. Every watch here is an etcd watch of all keys, so
 * that each sees every revision and it can be told when it has caught up.
 */
export class EtcdStore implements Store {
  readonly #client: Etcd3;
  readonly #feeds = new Set<Feed>();
  readonly #waiting = new Set<() => void>();
  #compacted: number | undefined;

  private constructor(client: Etcd3) {
    this.#client = client;
  }

  /** Connects to `http://host:2379`; rejects when nobody answers there or `etcd3` is not installed. */
  static async connect(url: string): Promise<EtcdStore> {
    const { Etcd3: Client } = await import("etcd3");
    const store = new EtcdStore(new Client({ hosts: url, dialTimeout: 5000 }));
    await store.revision();
    return store;
  }

  async revision(): Promise<number> {
    const { header } = await this.#client.kv.range({ key: Buffer.from("\0"), limit: 1 });
    return Number(header.revision);
  }

  async get(key: string): Promise<KeyValue | undefined> {
    const { kvs } = await this.#client.kv.range({ key: Buffer.from(key) });
    const [found] = kvs;
    return found === undefined ? undefined : readKeyValue(found);
  }

  async range(prefix: string, options: RangeOptions = {}): Promise<Range | Compacted | Future> {
    const { after, limit, at } = options;
    const first = after === undefined || after < prefix ? prefix : `${after}\0`;
    try {
      const { header, kvs, more } = await this.#client.kv.range({
        key: Buffer.from(first === "" ? "\0" : first),
        range_end: endOf(prefix),
        ...(limit === undefined ? {} : { limit }),
        ...(at === undefined ? {} : { revision: at }),
        sort_order: "Ascend",
        sort_target: "Key",
      });
      const items = kvs.map(readKeyValue);
      return { kind: "range", revision: Number(header.revision), items, more };
    } catch (error) {
      return this.#unreadable(error);
    }
  }

  put(key: string, value: JsonObject, options: WriteOptions = {}): Promise<WriteResult> {
    const request = { key: Buffer.from(key), value: Buffer.from(JSON.stringify(value)) };
    return this.#write(key, { request_put: request }, options.ifRevision);
  }

  async delete(key: string, options: WriteOptions = {}): Promise<WriteResult> {
    const expected = options.ifRevision ?? (await this.get(key))?.modRevision;
    if (expected === undefined || expected === 0) {
      return { kind: "conflict", current: await this.get(key) };
    }
    return this.#write(key, { request_delete_range: { key: Buffer.from(key) } }, expected);
  }

  async watch(
    prefix: string,
    from: number,
    listener: (event: StoreEvent) => void,
  ): Promise<Watch | Compacted> {
    const past = await this.range("\0none", { at: from, limit: 1 });
    if (past.kind === "compacted") return past;
    const watcher = this.#client
      .watch()
      .prefix("")
      .withPreviousKV()
      .startRevision(String(from))
      .watcher();
    const feed: Feed = { watcher, seen: from - 1 };
    watcher.on("data", ({ events }: IWatchResponse) => {
      for (const event of events.map(readEvent)) {
        if (keyOf(event).startsWith(prefix)) listener(event);
        feed.seen = Math.max(feed.seen, revisionOf(event));
      }
      for (const wake of this.#waiting) wake();
    });
    this.#feeds.add(feed);
    const close = async (): Promise<void> => {
      this.#feeds.delete(feed);
      await watcher.cancel();
    };
    return { kind: "watch", close };
  }

  delivered(revision: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if ([...this.#feeds].some(({ seen }) => seen < revision)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  async compact(revision: number): Promise<"compacted" | Compacted | Future> {
    try {
      await this.#client.kv.compact({ revision, physical: false });
      this.#compacted = revision;
      return "compacted";
    } catch (error) {
      return this.#unreadable(error);
    }
  }

  async close(): Promise<void> {
    for (const { watcher } of this.#feeds) await watcher.cancel();
    this.#feeds.clear();
    this.#client.close();
  }

  async #write(
    key: string,
    operation: IRequestOp,
    ifRevision: number | undefined,
  ): Promise<WriteResult> {
    const name = Buffer.from(key);
    const { header, succeeded, responses } = await this.#client.kv.txn({
      compare:
        ifRevision === undefined
          ? []
          : [{ target: "Mod", result: "Equal", key: name, mod_revision: ifRevision }],
      success: [operation],
      failure: [{ request_range: { key: name } }],
    });
    if (succeeded) return { kind: "written", revision: Number(header.revision) };
    const found = responses[0]?.response_range?.kvs[0];
    return { kind: "conflict", current: found === undefined ? undefined : readKeyValue(found) };
  }

  #unreadable(error: unknown): Compacted | Future {
    const message = error instanceof Error ? error.message : String(error);
    if (message.includes("compacted")) return { kind: "compacted", oldest: this.#compacted };
    if (message.includes("future revision")) return { kind: "future", revision: 0 };
    throw error;
  }
}

/** The key after all keys with this prefix (etcd's `range_end`). */
function endOf(prefix: string): Buffer {
  const bytes = [...Buffer.from(prefix)];
  for (let last = bytes.length - 1; last >= 0; last--) {
    const byte = bytes[last] ?? 0;
    if (byte < 0xff) return Buffer.from([...bytes.slice(0, last), byte + 1]);
  }
  return Buffer.from("\0");
}

function readKeyValue(kv: IKeyValue): KeyValue {
  return {
    key: kv.key.toString(),
    value: readJson(kv.value),
    createRevision: Number(kv.create_revision),
    modRevision: Number(kv.mod_revision),
    version: Number(kv.version),
  };
}

function readEvent(event: IWatchResponse["events"][number]): StoreEvent {
  const before = event.prev_kv === null ? undefined : readKeyValue(event.prev_kv);
  if (event.type === "Put") return { type: "put", now: readKeyValue(event.kv), before };
  const key = event.kv.key.toString();
  const revision = Number(event.kv.mod_revision);
  // A watch never starts where the value before its first event could be compacted away.
  const gone = { key, value: {}, createRevision: 0, modRevision: revision, version: 0 };
  return { type: "delete", key, revision, before: before ?? gone };
}

/** Only what this program wrote is expected under its keys. */
function readJson(bytes: Buffer): JsonObject {
  const value: unknown = JSON.parse(bytes.toString());
  return isJsonObject(value) ? value : {};
}

function isJsonObject(value: unknown): value is JsonObject {
  return isObject(value);
}
