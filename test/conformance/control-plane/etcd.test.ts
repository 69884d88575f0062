import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { bootstrap } from "../../../engine/control-plane/bootstrap.js";
import { Cluster } from "../../../engine/control-plane/cluster.js";
import { DEFAULT_SETTINGS } from "../../../engine/control-plane/settings.js";
import { EtcdStore } from "../../../engine/control-plane/store/etcd.js";
import { MemoryStore } from "../../../engine/control-plane/store/memory.js";
import type { Store } from "../../../engine/control-plane/store/types.js";
import { etcdMissing, startEtcd, type RunningEtcd } from "../../support/control-plane/etcd.js";
import { START, USER, deployment, must, service } from "../../support/control-plane/lab.js";
import { storeSuite } from "../../support/control-plane/store-suite.js";

const skip = etcdMissing() ?? false;

describe("a real etcd as the store", { skip }, () => {
  let etcd: RunningEtcd;
  before(async () => {
    etcd = await startEtcd();
  });
  after(() => etcd.stop());

  describe("does what any store must", () => {
    storeSuite(() => EtcdStore.connect(etcd.url));
  });

  it("carries a cluster through the same history as the store in memory", async () => {
    const store = await EtcdStore.connect(etcd.url);
    const [real, simulated] = [await story(store), await story(new MemoryStore())];
    assert.deepEqual(real, simulated);
    assert.ok(simulated.length > 30);
    await store.close();
  });
});

/** Everything that happens from an empty cluster to a Deployment that was rolled out twice. */
async function story(store: Store): Promise<readonly string[]> {
  const start = { seed: "etcd", now: START };
  const cluster = await Cluster.open({ store, settings: DEFAULT_SETTINGS, start });
  await bootstrap(cluster, { count: 2, master: false, externalAddresses: [], zones: [] });
  must(await cluster.api.create("deployments", deployment("web"), USER));
  must(await cluster.api.create("services", service("web", { type: "NodePort" }), USER));
  assert.ok(await cluster.settle(60_000));
  const next = deployment("web", { replicas: 3, image: "web:2" });
  must(await cluster.api.update("deployments", next, USER));
  assert.ok(await cluster.settle(60_000));
  const pods = cluster.api.cache.list("pods").map(({ metadata, status }) => {
    return `${metadata.name} ${status?.podIP ?? ""}`;
  });
  await cluster.api.close();
  const said = cluster.journal.entries.map(
    (entry) => `${entry.actor} ${entry.did} ${entry.object}`,
  );
  return [...said, ...pods];
}
