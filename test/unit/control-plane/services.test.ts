import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Cluster } from "../../../engine/control-plane/cluster.js";
import { killMachine, killPod, startMachine } from "../../../engine/control-plane/outside.js";
import { packSlices } from "../../../engine/control-plane/controllers/endpoint-slice/endpoints.js";
import type { Endpoint } from "../../../engine/control-plane/objects.js";
import { isReady } from "../../../engine/control-plane/pods.js";
import { USER, deployment, makeCluster, must, service } from "../../support/control-plane/lab.js";

const MINUTE = 60_000;

function slices(cluster: Cluster, name = "web") {
  return cluster.api.cache.withLabel(
    "endpointslices",
    "default",
    "kubernetes.io/service-name",
    name,
  );
}

function endpoints(cluster: Cluster, name = "web"): readonly Endpoint[] {
  return slices(cluster, name).flatMap((slice) => slice.endpoints ?? []);
}

describe("EndpointSlices", () => {
  it("hold the Pods that a Service selects, a hundred a slice", async () => {
    const cluster = await makeCluster();
    must(await cluster.api.create("services", service("web"), USER));
    must(await cluster.api.create("deployments", deployment("web", { replicas: 230 }), USER));
    await cluster.settle(MINUTE);
    const sizes = slices(cluster).map((slice) => slice.endpoints?.length ?? 0);
    assert.equal(
      sizes.reduce((sum, size) => sum + size, 0),
      230,
    );
    assert.ok(sizes.length === 3 && sizes.every((size) => size <= 100), String(sizes));
    assert.ok(endpoints(cluster).every(({ conditions }) => conditions?.ready === true));
  });

  it("change as little as they can", () => {
    const make = (name: string): Endpoint => ({ addresses: [name], targetRef: { uid: name } });
    const full = { endpoints: Array.from({ length: 100 }, (_one, index) => make(`f${index}`)) };
    const open = { endpoints: [make("a"), make("b")] };
    const wanted = [...full.endpoints, make("a"), make("c")];
    const changes = packSlices([full, open], wanted);
    assert.deepEqual(changes, [{ slice: open, endpoints: [make("a"), make("c")] }]);
    assert.deepEqual(packSlices([full, open], [...full.endpoints, ...open.endpoints]), []);
    assert.deepEqual(packSlices([open], []), [{ slice: open, endpoints: undefined }]);
  });

  it("resolve a named port in each Pod by itself", async () => {
    const cluster = await makeCluster();
    const named = service("web", { ports: [{ name: "web", port: 80, targetPort: "http" }] });
    must(await cluster.api.create("services", named, USER));
    must(await cluster.api.create("deployments", deployment("web", { replicas: 2 }), USER));
    await cluster.settle(MINUTE);
    const other = { ports: [{ name: "http", containerPort: 9090 }] };
    must(await cluster.api.update("deployments", deployment("web", { container: other }), USER));
    const seen = new Set<string>();
    cluster.observe(() => {
      for (const slice of slices(cluster)) {
        for (const { name, port } of slice.ports ?? []) seen.add(`${name}:${port}`);
      }
    });
    await cluster.settle(MINUTE);
    assert.deepEqual([...seen].toSorted(), ["web:8080", "web:9090"]);
    assert.deepEqual(
      slices(cluster).map(({ ports }) => ports?.[0]?.port),
      [9090],
    );
  });

  it("say of a Pod on its way out that it serves but is not ready", async () => {
    const cluster = await makeCluster();
    must(await cluster.api.create("services", service("web"), USER));
    const annotations = { "lab.chainwalk.dev/drain": "10s" };
    must(await cluster.api.create("deployments", deployment("web", { annotations }), USER));
    await cluster.settle(MINUTE);
    must(
      await cluster.api.update(
        "deployments",
        deployment("web", { annotations, replicas: 1 }),
        USER,
      ),
    );
    await cluster.advance(2000);
    const conditions = endpoints(cluster).map((endpoint) => endpoint.conditions);
    assert.equal(conditions.length, 2);
    assert.ok(conditions.some((one) => one?.ready === false && one.serving && one.terminating));
    await cluster.settle(MINUTE);
    assert.equal(endpoints(cluster).length, 1);
  });
});

describe("a Service", () => {
  it("of type LoadBalancer gets an address from the cloud after a while", async () => {
    const cluster = await makeCluster();
    must(await cluster.api.create("services", service("web", { type: "LoadBalancer" }), USER));
    await cluster.advance(1000);
    const ingress = () =>
      cluster.api.cache.get("services", "default", "web")?.status?.loadBalancer?.ingress;
    assert.equal(ingress(), undefined);
    await cluster.settle(MINUTE);
    assert.deepEqual(ingress(), [{ ip: "203.0.113.1", ipMode: "VIP" }]);
  });
});

describe("a node", () => {
  it("that dies is missed after 40 seconds and its Pods are replaced after 5 minutes", async () => {
    const cluster = await makeCluster();
    must(await cluster.api.create("services", service("web"), USER));
    must(await cluster.api.create("deployments", deployment("web", { replicas: 6 }), USER));
    await cluster.settle(MINUTE);
    const machine = cluster.machines.get("node-2");
    assert.ok(machine !== undefined && machine.pods.size > 0);
    const lost = machine.pods.size;
    killMachine(cluster, machine);
    await cluster.advance(30_000);
    const ready = () => endpoints(cluster).filter(({ conditions }) => conditions?.ready === true);
    assert.equal(ready().length, 6);
    await cluster.advance(30_000);
    assert.equal(ready().length, 6 - lost);
    const taints = cluster.api.cache.get("nodes", "", "node-2")?.spec.taints ?? [];
    assert.deepEqual(
      taints.map(({ key, effect }) => `${key}:${effect}`),
      ["node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute"],
    );
    await cluster.advance(6 * MINUTE);
    assert.equal(ready().length, 6);
    assert.ok(ready().every(({ nodeName }) => nodeName !== "node-2"));
    startMachine(cluster, machine);
    await cluster.advance(MINUTE);
    assert.equal(cluster.api.cache.podsOnNode("node-2").length, 0);
    assert.equal(cluster.api.cache.get("nodes", "", "node-2")?.spec.taints, undefined);
  });

  it("that is deleted takes its Pods along", async () => {
    const cluster = await makeCluster();
    must(await cluster.api.create("deployments", deployment("web", { replicas: 6 }), USER));
    await cluster.settle(MINUTE);
    must(await cluster.api.delete("nodes", "", "node-3", USER));
    await cluster.settle(MINUTE);
    const pods = cluster.api.cache.list("pods");
    assert.equal(pods.filter(isReady).length, 6);
    assert.ok(pods.every(({ spec }) => spec.nodeName !== "node-3"));
  });
});

it("a killed process is started again, and the Service routes around it meanwhile", async () => {
  const cluster = await makeCluster();
  must(await cluster.api.create("services", service("web"), USER));
  must(await cluster.api.create("deployments", deployment("web"), USER));
  await cluster.settle(MINUTE);
  const [victim] = cluster.api.cache.list("pods");
  assert.ok(victim !== undefined);
  assert.ok(killPod(cluster, "default", victim.metadata.name, "web"));
  await cluster.advance(100);
  assert.equal(endpoints(cluster).filter(({ conditions }) => conditions?.ready).length, 1);
  await cluster.settle(MINUTE);
  assert.equal(endpoints(cluster).filter(({ conditions }) => conditions?.ready).length, 2);
  const status = cluster.api.cache.get("pods", "default", victim.metadata.name)?.status;
  assert.equal(status?.containerStatuses?.[0]?.restartCount, 1);
  assert.equal(status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode, 137);
});
