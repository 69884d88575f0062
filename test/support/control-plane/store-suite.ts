import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import {
  keyOf,
  revisionOf,
  type KeyValue,
  type Store,
  type StoreEvent,
} from "../../../engine/control-plane/store/types.js";

/** What any store must do; run on every one. A store may hold other keys and any revision. */
export function storeSuite(open: () => Promise<Store>): void {
  let store: Store;
  let count = 0;
  before(async () => {
    store = await open();
  });
  after(() => store.close());
  /** A prefix of its own for each claim. */
  const fresh = (): string => `/suite/${process.pid}-${count++}/`;
  const put = async (key: string, n: number): Promise<number> => {
    const result = await store.put(key, { n });
    assert.equal(result.kind, "written");
    return result.kind === "written" ? result.revision : 0;
  };
  const list = async (prefix: string, options = {}): Promise<readonly KeyValue[]> => {
    const range = await store.range(prefix, options);
    assert.equal(range.kind, "range");
    return range.kind === "range" ? range.items : [];
  };

  it("takes one revision for every change", async () => {
    const prefix = fresh();
    const first = await put(`${prefix}a`, 1);
    const second = await put(`${prefix}b`, 1);
    const third = await put(`${prefix}a`, 2);
    assert.deepEqual([second - first, third - second], [1, 1]);
    assert.equal(await store.revision(), third);
    const found = await store.get(`${prefix}a`);
    assert.deepEqual(found, {
      key: `${prefix}a`,
      value: { n: 2 },
      createRevision: first,
      modRevision: third,
      version: 2,
    });
  });

  it("writes on condition only when the key is where the writer believes it", async () => {
    const key = `${fresh()}a`;
    assert.equal((await store.put(key, { n: 1 }, { ifRevision: 0 })).kind, "written");
    const again = await store.put(key, { n: 2 }, { ifRevision: 0 });
    assert.equal(again.kind === "conflict" ? again.current?.value["n"] : undefined, 1);
    const { modRevision = 0 } = (await store.get(key)) ?? {};
    assert.equal((await store.put(key, { n: 3 }, { ifRevision: modRevision })).kind, "written");
    assert.equal((await store.put(key, { n: 4 }, { ifRevision: modRevision })).kind, "conflict");
    assert.equal((await store.get(key))?.value["n"], 3);
  });

  it("deletes what is there, once, and on condition", async () => {
    const key = `${fresh()}a`;
    assert.equal((await store.delete(key)).kind, "conflict");
    const revision = await put(key, 1);
    assert.equal((await store.delete(key, { ifRevision: revision - 1 })).kind, "conflict");
    assert.equal((await store.delete(key, { ifRevision: revision })).kind, "written");
    assert.equal(await store.get(key), undefined);
    const born = await put(key, 2);
    assert.deepEqual((await store.get(key))?.createRevision, born);
    assert.equal((await store.get(key))?.version, 1);
  });

  it("ranges over a prefix in the order of keys, and no further", async () => {
    const prefix = fresh();
    for (const name of ["b", "a/z", "a", "c"]) await put(prefix + name, 1);
    await put(`${prefix.slice(0, -1)}0other`, 1);
    const names = (items: readonly KeyValue[]) => items.map(({ key }) => key.slice(prefix.length));
    assert.deepEqual(names(await list(prefix)), ["a", "a/z", "b", "c"]);
    assert.deepEqual(names(await list(prefix, { limit: 2 })), ["a", "a/z"]);
    assert.deepEqual(names(await list(prefix, { after: `${prefix}a/z` })), ["b", "c"]);
    const page = await store.range(prefix, { limit: 3 });
    assert.equal(page.kind === "range" && page.more, true);
  });

  it("reads the past until it is compacted away, and never the future", async () => {
    const prefix = fresh();
    const first = await put(`${prefix}a`, 1);
    await put(`${prefix}a`, 2);
    await store.delete(`${prefix}a`);
    const last = await put(`${prefix}b`, 3);
    assert.deepEqual(
      (await list(prefix, { at: first })).map(({ value }) => value),
      [{ n: 1 }],
    );
    assert.equal((await store.range(prefix, { at: last + 1000 })).kind, "future");
    assert.equal(await store.compact(last), "compacted");
    assert.equal((await store.range(prefix, { at: first })).kind, "compacted");
    assert.deepEqual(
      (await list(prefix)).map(({ value }) => value),
      [{ n: 3 }],
    );
    const late = await store.watch(prefix, first, () => assert.fail("told of the past"));
    assert.equal(late.kind, "compacted");
  });

  it("tells a watch of every change once, in order, past ones first", async () => {
    const prefix = fresh();
    const first = await put(`${prefix}a`, 1);
    await put(`${prefix}a`, 2);
    const told: StoreEvent[] = [];
    const watch = await store.watch(prefix, first, (event) => told.push(event));
    await put(`${prefix}b`, 1);
    await put("/elsewhere/x", 1);
    const last = await store.delete(`${prefix}a`);
    await store.delivered(last.kind === "written" ? last.revision : 0);
    const seen = told.map((event) => [event.type, keyOf(event).slice(prefix.length)]);
    assert.deepEqual(seen, [
      ["put", "a"],
      ["put", "a"],
      ["put", "b"],
      ["delete", "a"],
    ]);
    const revisions = told.map(revisionOf);
    assert.deepEqual(revisions, [first, first + 1, first + 2, first + 4]);
    assert.deepEqual(told[3]?.before?.value, { n: 2 });
    assert.equal(watch.kind, "watch");
    if (watch.kind === "watch") await watch.close();
    await put(`${prefix}c`, 1);
    assert.equal(told.length, 4);
  });
}
