import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { threeWayMerge } from "../../../engine/control-plane/api/merge.js";
import { strategicPatch } from "../../../engine/control-plane/api/strategic.js";
import type { JsonObject } from "../../../engine/control-plane/json.js";
import { podSpec } from "../../../engine/control-plane/schema/pod.js";
import {
  USER,
  deployment,
  makeCluster,
  must,
  pod,
  service,
} from "../../support/control-plane/lab.js";

describe("the API server", () => {
  it("numbers, names and dates what it stores, and fills in defaults", async () => {
    const { api } = await makeCluster();
    const made = must(await api.create("deployments", deployment("web"), USER));
    const { metadata, spec } = made;
    assert.match(
      metadata.uid,
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    assert.equal(metadata.generation, 1);
    assert.equal(metadata.resourceVersion, String(api.cache.revision));
    assert.deepEqual(spec.strategy, {
      type: "RollingUpdate",
      rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" },
    });
    const updated = must(await api.update("deployments", deployment("web", { replicas: 3 }), USER));
    assert.equal(updated.metadata.generation, 2);
    assert.equal(updated.metadata.uid, metadata.uid);
    const same = must(await api.update("deployments", deployment("web", { replicas: 3 }), USER));
    assert.equal(same.metadata.resourceVersion, updated.metadata.resourceVersion);
  });

  it("finishes a name that is only begun", async () => {
    const { api } = await makeCluster();
    const { spec } = pod("web");
    const made = must(await api.create("pods", { metadata: { generateName: "web-" }, spec }, USER));
    assert.match(made.metadata.name, /^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  it("lets only one of two writers who read the same version write", async () => {
    const { api } = await makeCluster();
    const read = must(await api.create("deployments", deployment("web"), USER));
    const [first, second] = await Promise.all([
      api.update("deployments", { ...read, spec: { ...read.spec, replicas: 5 } }, USER),
      api.update("deployments", { ...read, spec: { ...read.spec, replicas: 7 } }, USER),
    ]);
    assert.equal(first.ok, true);
    assert.equal(second.ok ? "" : second.status.reason, "Conflict");
    assert.equal(api.cache.get("deployments", "default", "web")?.spec.replicas, 5);
  });

  it("keeps a marked object until its finalizers are gone", async () => {
    const { api } = await makeCluster();
    const held = { metadata: { name: "held", finalizers: ["example.com/hold"] }, data: {} };
    must(await api.create("configmaps", held, USER));
    const marked = must(await api.delete("configmaps", "default", "held", USER));
    assert.notEqual(marked.metadata.deletionTimestamp, undefined);
    const adding = await api.update(
      "configmaps",
      { metadata: { name: "held", finalizers: ["example.com/hold", "example.com/more"] } },
      USER,
    );
    assert.match(adding.ok ? "" : adding.status.message, /no new finalizers can be added/);
    must(await api.update("configmaps", { metadata: { name: "held", finalizers: [] } }, USER));
    assert.equal(api.cache.get("configmaps", "default", "held"), undefined);
  });

  it("writes status and spec apart", async () => {
    const { api } = await makeCluster();
    const made = must(await api.create("deployments", deployment("web"), USER));
    const both = { ...made, spec: { ...made.spec, replicas: 9 }, status: { replicas: 4 } };
    const status = must(await api.update("deployments", both, USER, "status"));
    assert.deepEqual([status.spec.replicas, status.status?.replicas], [2, 4]);
    assert.equal(status.metadata.generation, 1);
    const stale = { ...both, metadata: { name: "web" } };
    const main = must(await api.update("deployments", stale, USER));
    assert.deepEqual([main.spec.replicas, main.status?.replicas], [9, 4]);
  });

  it("resumes a watch where it was left, and says when that is too long ago", async () => {
    const cluster = await makeCluster();
    const { api } = cluster;
    const made = must(await api.create("services", service("a"), USER));
    must(await api.create("services", service("b"), USER));
    must(await api.delete("services", "default", "a", USER));
    const told: string[] = [];
    const from = Number(made.metadata.resourceVersion);
    must(
      await api.watch("services", from, ({ type, object }) => {
        told.push(`${type} ${object.metadata.name}`);
      }),
    );
    must(await api.create("services", service("c"), USER));
    assert.deepEqual(told, ["ADDED b", "DELETED a", "ADDED c"]);
    await cluster.advance(900_000);
    const late = await api.watch("services", from, () => undefined);
    assert.equal(late.ok ? "" : late.status.reason, "Expired");
  });

  it("gives every Service an address and a port of its own, and takes them back", async () => {
    const { api } = await makeCluster();
    const taken = new Set<string>();
    for (let number = 0; number < 50; number++) {
      const made = must(
        await api.create("services", service(`s${number}`, { type: "NodePort" }), USER),
      );
      taken.add(made.spec.clusterIP ?? "");
      taken.add(String(made.spec.ports?.[0]?.nodePort));
    }
    assert.equal(taken.size, 100);
    const first = api.cache.get("services", "default", "s0")?.spec.clusterIP;
    must(await api.delete("services", "default", "s0", USER));
    const again = service("again", { clusterIP: first });
    assert.equal(must(await api.create("services", again, USER)).spec.clusterIP, first);
  });

  it("drops node ports with the type that needs them, and keeps them through edits", async () => {
    const { api } = await makeCluster();
    const made = must(await api.create("services", service("web", { type: "NodePort" }), USER));
    const { nodePort } = made.spec.ports?.[0] ?? {};
    const kept = must(await api.update("services", service("web", { type: "NodePort" }), USER));
    assert.equal(kept.spec.ports?.[0]?.nodePort, nodePort);
    assert.equal(kept.spec.clusterIP, made.spec.clusterIP);
    const plain = must(await api.update("services", service("web", { type: "ClusterIP" }), USER));
    assert.equal(plain.spec.ports?.[0]?.nodePort, undefined);
  });

  it("changes nothing on a dry run", async () => {
    const { api } = await makeCluster();
    const before = api.cache.revision;
    const dry = { ...USER, dryRun: true };
    must(await api.create("deployments", deployment("web"), dry));
    assert.equal(api.cache.revision, before);
    assert.equal(api.cache.get("deployments", "default", "web"), undefined);
  });
});

const container = (name: string, image: string): JsonObject => ({ name, image });

describe("a strategic merge patch", () => {
  const target = { containers: [container("a", "1"), container("b", "1")], hostNetwork: true };

  it("merges list items by their key", () => {
    const patch = { containers: [{ name: "b", image: "2" }], hostNetwork: null };
    assert.deepEqual(strategicPatch(podSpec, target, patch), {
      containers: [container("a", "1"), container("b", "2")],
    });
  });

  it("deletes, replaces and orders items as its directives say", () => {
    const patch = {
      "$setElementOrder/containers": [{ name: "c" }, { name: "b" }],
      containers: [
        { name: "c", image: "3" },
        { name: "a", $patch: "delete" },
      ],
    };
    assert.deepEqual(strategicPatch(podSpec, target, patch), {
      containers: [container("c", "3"), container("b", "1")],
      hostNetwork: true,
    });
    const whole = { containers: [{ $patch: "replace" }, container("z", "9")] };
    assert.deepEqual(strategicPatch(podSpec, target, whole), {
      containers: [container("z", "9")],
      hostNetwork: true,
    });
  });
});

describe("apply", () => {
  it("takes away what only the last manifest had, and leaves what others added", () => {
    const original = {
      nodeSelector: { disk: "ssd" },
      containers: [container("a", "1"), container("b", "1")],
    };
    const modified = { containers: [container("a", "2")] };
    const current = {
      nodeSelector: { disk: "ssd" },
      containers: [
        { ...container("a", "1"), imagePullPolicy: "Always" },
        container("b", "1"),
        container("sidecar", "1"),
      ],
      hostNetwork: true,
    };
    assert.deepEqual(threeWayMerge(podSpec, original, modified, current), {
      containers: [
        { ...container("a", "2"), imagePullPolicy: "Always" },
        container("sidecar", "1"),
      ],
      hostNetwork: true,
    });
  });
});
