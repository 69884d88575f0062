import assert from "node:assert/strict";
import { it } from "node:test";
import * as fc from "fast-check";
import { SHARED_CHAINS, type Entry } from "../../../engine/kube-proxy/entry.js";
import {
  compareServices,
  ServiceList,
  type ListedService,
} from "../../../engine/kube-proxy/sync/service-list.js";
import { compileCluster } from "../../support/arbitraries/cluster.js";
import { compileEntries } from "../../../engine/kube-proxy/entry.js";
import { DEFAULT_FLAGS } from "../../../engine/kube-proxy/resolve-settings.js";
import { DEFAULT_PROXY_CONFIG } from "../../../engine/kubernetes/proxy-config.js";

const [ENTRY] = (() => {
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "any" },
    spec: { clusterIP: "10.96.0.1", ports: [{ port: 80 }] },
  };
  const setup = { config: DEFAULT_PROXY_CONFIG, flags: DEFAULT_FLAGS };
  const { beliefs, conditions } = compileCluster({ ...setup, objects: [service] });
  return compileEntries(beliefs, conditions);
})();

/** An entry that has so many rules in each shared chain. */
function entryWith(count: number): Entry {
  assert.ok(ENTRY);
  return { ...ENTRY, counts: SHARED_CHAINS.map((_, chain) => count * (chain + 1)) };
}

const change = fc.record({
  namespace: fc.constantFrom("a", "a-b", "b"),
  name: fc.nat(400).map((number) => `svc-${number}`),
  counts: fc.array(fc.nat(3), { maxLength: 2 }),
});

it("a list of Services keeps order and counts through any changes", () => {
  const changes = fc.array(change, { minLength: 300, maxLength: 900 });
  fc.assert(
    fc.property(changes, (all) => {
      const list = new ServiceList();
      const model = new Map<string, ListedService>();
      for (const { namespace, name, counts } of all) {
        const service = { namespace, name, entries: counts.map(entryWith) };
        list.set(service);
        if (counts.length > 0) model.set(`${namespace}/${name}`, service);
        else model.delete(`${namespace}/${name}`);
      }
      const expected = [...model.values()].sort(compareServices);
      assert.deepEqual([...list], expected);
      const before = SHARED_CHAINS.map(() => 0);
      for (const service of expected) {
        assert.deepEqual(list.rulesBefore(service), before);
        for (const { counts } of service.entries) {
          for (const [chain, count] of counts.entries())
            before[chain] = (before[chain] ?? 0) + count;
        }
      }
    }),
    { numRuns: 20 },
  );
});
