import { describe } from "node:test";
import { MemoryStore } from "../../../engine/control-plane/store/memory.js";
import { storeSuite } from "../../support/control-plane/store-suite.js";

describe("the store in memory", () => {
  storeSuite(() => Promise.resolve(new MemoryStore()));
});

describe("the store in memory, put down and taken up", () => {
  storeSuite(async () => {
    const store = new MemoryStore();
    await store.put("/before", { n: 1 });
    await store.delete("/before");
    await store.put("/kept", { n: 2 });
    return MemoryStore.restore(structuredClone(store.snapshot()));
  });
});
