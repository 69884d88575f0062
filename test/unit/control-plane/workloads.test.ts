import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rolloutUndo } from "../../../engine/control-plane/client/rollout.js";
import type { Cluster } from "../../../engine/control-plane/cluster.js";
import { victims } from "../../../engine/control-plane/controllers/replica-set.js";
import type { Pod } from "../../../engine/control-plane/objects.js";
import { isReady, isTerminating } from "../../../engine/control-plane/pods.js";
import { USER, deployment, makeCluster, must, pod } from "../../support/control-plane/lab.js";

const MINUTE = 60_000;

function pods(cluster: Cluster, app = "web"): readonly Pod[] {
  return cluster.api.cache.withLabel("pods", "default", "app", app);
}

function sets(cluster: Cluster) {
  return cluster.api.cache
    .list("replicasets")
    .map(
      ({ spec, metadata }) =>
        [
          metadata.annotations?.["deployment.kubernetes.io/revision"] ?? "",
          spec.replicas ?? 0,
        ] as const,
    )
    .sort(([left], [right]) => Number(left) - Number(right));
}

async function apply(cluster: Cluster, object: ReturnType<typeof deployment>): Promise<void> {
  const present = cluster.api.cache.get("deployments", "default", object.metadata.name);
  const write = present === undefined ? "create" : "update";
  must(await cluster.api[write]("deployments", object, USER));
}

describe("a Deployment", () => {
  it("keeps within surge and unavailability at every moment of a rolling update", async () => {
    for (const [maxSurge, maxUnavailable] of [
      ["25%", "25%"],
      [0, 1],
      [3, 0],
      ["100%", "50%"],
    ]) {
      const cluster = await makeCluster({ seed: `${maxSurge} ${maxUnavailable}` });
      const rolling = { strategy: { rollingUpdate: { maxSurge, maxUnavailable } } };
      const wanted = (image: string) => deployment("web", { replicas: 5, image, spec: rolling });
      await apply(cluster, wanted("web:1"));
      assert.ok(await cluster.settle(MINUTE));
      const [surge, missing] = { "25%25%": [2, 1], "01": [0, 1], "30": [3, 0], "100%50%": [5, 2] }[
        `${maxSurge}${maxUnavailable}`
      ] ?? [0, 0];
      let most = 0;
      let least = 5;
      cluster.observe(() => {
        const wantedNow = cluster.api.cache
          .list("replicasets")
          .map((set) => set.spec.replicas ?? 0);
        most = Math.max(
          most,
          wantedNow.reduce((sum, count) => sum + count, 0),
        );
        const present = pods(cluster).filter((one) => !isTerminating(one));
        least = Math.min(least, present.filter(isReady).length);
      });
      await apply(cluster, wanted("web:2"));
      assert.ok(await cluster.settle(MINUTE));
      assert.ok(most <= 5 + (surge ?? 0), `${most} Pods with maxSurge ${maxSurge}`);
      assert.ok(
        least >= 5 - (missing ?? 0),
        `${least} ready with maxUnavailable ${maxUnavailable}`,
      );
      assert.ok(pods(cluster).every((one) => one.spec.containers[0]?.image === "web:2"));
    }
  });

  it("that recreates has none of the new Pods while one of the old is there", async () => {
    const cluster = await makeCluster();
    const wanted = (image: string) =>
      deployment("web", {
        image,
        spec: { strategy: { type: "Recreate" } },
        annotations: { "lab.chainwalk.dev/drain": "5s" },
      });
    await apply(cluster, wanted("web:1"));
    await cluster.settle(MINUTE);
    cluster.observe(() => {
      const images = new Set(pods(cluster).map((one) => one.spec.containers[0]?.image));
      assert.ok(images.size <= 1);
    });
    await apply(cluster, wanted("web:2"));
    await cluster.settle(MINUTE);
    assert.deepEqual(sets(cluster), [
      ["1", 0],
      ["2", 2],
    ]);
  });

  it("that is paused takes changes in only when it goes on", async () => {
    const cluster = await makeCluster();
    await apply(cluster, deployment("web"));
    await cluster.settle(MINUTE);
    await apply(
      cluster,
      deployment("web", { image: "web:2", replicas: 4, spec: { paused: true } }),
    );
    await cluster.settle(MINUTE);
    assert.deepEqual(sets(cluster), [["1", 4]]);
    await apply(cluster, deployment("web", { image: "web:2", replicas: 4 }));
    await cluster.settle(MINUTE);
    assert.deepEqual(sets(cluster), [
      ["1", 0],
      ["2", 4],
    ]);
  });

  it("goes back to an earlier template, which becomes the newest revision", async () => {
    const cluster = await makeCluster();
    for (const image of ["web:1", "web:2", "web:3"]) {
      await apply(cluster, deployment("web", { image }));
      await cluster.settle(MINUTE);
    }
    const present = cluster.api.cache.get("deployments", "default", "web");
    assert.ok(present !== undefined);
    must(await rolloutUndo(cluster.api, present, 1, USER));
    await cluster.settle(MINUTE);
    assert.deepEqual(sets(cluster), [
      ["2", 0],
      ["3", 0],
      ["4", 2],
    ]);
    assert.equal(pods(cluster)[0]?.spec.containers[0]?.image, "web:1");
    const missing = await rolloutUndo(cluster.api, present, 9, USER);
    assert.equal(
      missing.ok ? "" : missing.status.message,
      "unable to find specified revision 9 in history",
    );
  });

  it("forgets revisions beyond its limit", async () => {
    const cluster = await makeCluster();
    for (let version = 1; version <= 5; version++) {
      const spec = { revisionHistoryLimit: 2 };
      await apply(cluster, deployment("web", { image: `web:${version}`, spec }));
      await cluster.settle(MINUTE);
    }
    assert.deepEqual(sets(cluster), [
      ["3", 0],
      ["4", 0],
      ["5", 2],
    ]);
  });

  it("scaled in the middle of a rollout spreads the change over both of its sets", async () => {
    const cluster = await makeCluster();
    const stuck = { image: "registry.invalid/web:2", replicas: 10 };
    await apply(cluster, deployment("web", { replicas: 10 }));
    await cluster.settle(MINUTE);
    await apply(cluster, deployment("web", stuck));
    await cluster.advance(MINUTE);
    assert.deepEqual(sets(cluster), [
      ["1", 8],
      ["2", 5],
    ]);
    await apply(cluster, deployment("web", { ...stuck, replicas: 20 }));
    await cluster.advance(MINUTE);
    const [old = 0, fresh = 0] = sets(cluster).map(([, replicas]) => replicas);
    assert.equal(old + fresh, 25);
    assert.ok(old > 13 && fresh > 7, `${old} old and ${fresh} new`);
  });

  it("that does not get on is told to have missed its deadline", async () => {
    const cluster = await makeCluster();
    const spec = { progressDeadlineSeconds: 60 };
    await apply(cluster, deployment("web", { image: "registry.invalid/web:1", spec }));
    await cluster.advance(2 * MINUTE);
    const { conditions = [] } =
      cluster.api.cache.get("deployments", "default", "web")?.status ?? {};
    const progressing = conditions.find(({ type }) => type === "Progressing");
    assert.deepEqual(
      [progressing?.status, progressing?.reason],
      ["False", "ProgressDeadlineExceeded"],
    );
    assert.equal(
      pods(cluster)[0]?.status?.containerStatuses?.[0]?.state?.waiting?.reason,
      "ImagePullBackOff",
    );
  });

  it("takes its sets and Pods along when it is deleted, and leaves them when told to", async () => {
    const cluster = await makeCluster();
    await apply(cluster, deployment("web"));
    await apply(cluster, deployment("left"));
    await cluster.settle(MINUTE);
    must(await cluster.api.delete("deployments", "default", "web", USER));
    const orphan = { propagationPolicy: "Orphan" } as const;
    must(await cluster.api.delete("deployments", "default", "left", USER, orphan));
    await cluster.settle(MINUTE);
    assert.equal(pods(cluster).length, 0);
    assert.equal(cluster.api.cache.list("deployments").length, 0);
    assert.equal(pods(cluster, "left").length, 2);
    assert.equal(cluster.api.cache.list("replicasets").length, 1);
  });
});

describe("a ReplicaSet", () => {
  it("replaces a Pod that is deleted, adopts one that fits, lets go of one that does not", async () => {
    const cluster = await makeCluster();
    await apply(cluster, deployment("web", { replicas: 3 }));
    await cluster.settle(MINUTE);
    const [first, second] = pods(cluster);
    must(await cluster.api.delete("pods", "default", first?.metadata.name ?? "", USER));
    must(
      await cluster.api.mutate(
        "pods",
        "default",
        second?.metadata.name ?? "",
        (current) => ({ ...current, metadata: { ...current.metadata, labels: { app: "freed" } } }),
        USER,
      ),
    );
    await cluster.settle(MINUTE);
    assert.equal(pods(cluster).length, 3);
    const [freed] = pods(cluster, "freed");
    assert.equal(freed?.metadata.ownerReferences?.length, 0);
    assert.equal(freed?.status?.phase, "Running");
  });

  it("gives up first what is worth least", () => {
    const made = (name: string, status: object, nodeName?: string): Pod =>
      Object.assign({}, fakePod(name), { status, spec: { containers: [], nodeName } });
    const ready = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
    const list = [
      made("ready", ready, "a"),
      made("crowded", ready, "b"),
      made("crowding", ready, "b"),
      made("unready", { phase: "Running" }, "c"),
      made("pending", { phase: "Pending" }, "d"),
      made("unscheduled", { phase: "Pending" }),
    ];
    const names = victims(list, 4).map(({ metadata }) => metadata.name);
    assert.deepEqual(names, ["unscheduled", "pending", "unready", "crowded"]);
  });
});

function fakePod(name: string): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "default",
      uid: name,
      resourceVersion: "1",
      creationTimestamp: "2024-01-01T00:00:00Z",
    },
    spec: { containers: [] },
  };
}

describe("a Pod", () => {
  it("waits with the reason when no node can take it, and goes where one then can", async () => {
    const cluster = await makeCluster();
    const heavy = {
      containers: [{ name: "web", image: "web:1", resources: { requests: { cpu: "9" } } }],
    };
    must(await cluster.api.create("pods", pod("heavy", heavy), USER));
    must(await cluster.api.create("pods", pod("picky", { nodeSelector: { disk: "ssd" } }), USER));
    must(
      await cluster.api.mutate(
        "nodes",
        "",
        "node-1",
        (node) => ({ ...node, spec: { ...node.spec, unschedulable: true } }),
        USER,
      ),
    );
    await cluster.settle(MINUTE);
    const reason = (name: string) =>
      cluster.api.cache
        .get("pods", "default", name)
        ?.status?.conditions?.find(({ type }) => type === "PodScheduled")?.message;
    assert.equal(
      reason("heavy"),
      "0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu.",
    );
    assert.equal(
      reason("picky"),
      "0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't match Pod's node affinity/selector.",
    );
    must(
      await cluster.api.mutate(
        "nodes",
        "",
        "node-2",
        ({ metadata, ...node }) => ({
          ...node,
          metadata: { ...metadata, labels: { ...metadata.labels, disk: "ssd" } },
        }),
        USER,
      ),
    );
    await cluster.settle(MINUTE);
    assert.equal(cluster.api.cache.get("pods", "default", "picky")?.spec.nodeName, "node-2");
  });

  it("finds no address when its node's share is used up", async () => {
    const cluster = await makeCluster({ count: 1, settings: { nodeCidrMaskSize: 29 } });
    await apply(cluster, deployment("web", { replicas: 7 }));
    await cluster.advance(MINUTE);
    const running = pods(cluster).filter(isReady);
    assert.equal(running.length, 5);
    assert.equal(new Set(running.map(({ status }) => status?.podIP)).size, 5);
    const said = cluster.journal.entries.find(({ did }) => did === "FailedCreatePodSandBox");
    assert.match(said?.note ?? "", /no IP addresses available in range set: 10\.0\.0\.0\/29/);
  });

  it("that crashes starts again at once, then later and later", async () => {
    const cluster = await makeCluster();
    await apply(
      cluster,
      deployment("web", { replicas: 1, annotations: { "lab.chainwalk.dev/crash-after": "1s" } }),
    );
    await cluster.advance(100_000);
    const times = cluster.journal.entries
      .filter(({ did }) => did === "Started")
      .map(({ at }) => at);
    const gaps = times
      .slice(1)
      .map((time, index) => Math.round((time - (times[index] ?? 0)) / 1000));
    assert.deepEqual(gaps, [1, 11, 21, 41]);
    const { containerStatuses = [] } = pods(cluster)[0]?.status ?? {};
    assert.equal(containerStatuses[0]?.state?.waiting?.reason, "CrashLoopBackOff");
  });

  it("is ready when its probe first succeeds, and killed when its liveness gives up", async () => {
    const cluster = await makeCluster();
    const probe = { tcpSocket: { port: "http" }, initialDelaySeconds: 2, periodSeconds: 3 };
    const annotations = { "lab.chainwalk.dev/startup": "6s" };
    await apply(
      cluster,
      deployment("slow", { replicas: 1, annotations, container: { readinessProbe: probe } }),
    );
    const hasty = { tcpSocket: { port: 8080 }, periodSeconds: 1, failureThreshold: 3 };
    await apply(
      cluster,
      deployment("hasty", { replicas: 1, annotations, container: { livenessProbe: hasty } }),
    );
    await cluster.advance(20_000);
    const [slow] = pods(cluster, "slow");
    const time = (text = "") => Date.parse(text);
    const ready = slow?.status?.conditions?.find(({ type }) => type === "Ready");
    const started = slow?.status?.containerStatuses?.[0]?.state?.running?.startedAt;
    assert.equal((time(ready?.lastTransitionTime) - time(started)) / 1000, 8);
    assert.ok((pods(cluster, "hasty")[0]?.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0);
  });

  it("is given its grace, and no more", async () => {
    const cluster = await makeCluster();
    for (const [name, drain] of [
      ["quick", "2s"],
      ["slow", "90s"],
    ] as const) {
      const annotations = { "lab.chainwalk.dev/drain": drain };
      await apply(cluster, deployment(name, { replicas: 1, annotations }));
    }
    await cluster.settle(MINUTE);
    const asked = cluster.now;
    const gone = new Map<string, number>();
    cluster.api.cache.subscribe(({ type, plural, object }) => {
      if (type !== "DELETED" || plural !== "pods") return;
      gone.set(object.metadata.labels?.["app"] ?? "", Math.round((cluster.now - asked) / 1000));
    });
    for (const name of ["quick", "slow"]) {
      must(await cluster.api.delete("deployments", "default", name, USER));
    }
    await cluster.settle(2 * MINUTE);
    assert.deepEqual(
      [...gone],
      [
        ["quick", 2],
        ["slow", 30],
      ],
    );
  });
});
