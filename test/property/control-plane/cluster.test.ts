import { it } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Cluster } from "../../../engine/control-plane/cluster.js";
import { rolloutUndo } from "../../../engine/control-plane/client/rollout.js";
import { killMachine, killPod, startMachine } from "../../../engine/control-plane/outside.js";
import { loadSession, saveSession, type Session } from "../../../engine/control-plane/session.js";
import { checkAlways, checkRules, checkSettled } from "../../support/control-plane/checks.js";
import { USER, deployment, makeLab, service } from "../../support/control-plane/lab.js";

/** What users and the world may do to a cluster, in any order. */
interface Act {
  readonly name: string;
  readonly run: (cluster: Cluster) => Promise<unknown>;
}

const NAMES = ["a", "b", "c"];
const name = fc.constantFrom(...NAMES);
const node = fc.constantFrom("node-1", "node-2", "node-3");
const number = fc.nat(1000);

function act(label: string, run: Act["run"]): Act {
  return Object.assign({ name: label, run }, { [fc.toStringMethod]: () => label });
}

const apply = fc
  .tuple(name, fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 3 }))
  .map(([app, replicas, version]) =>
    act(`apply deployment ${app} x${replicas} v${version}`, async ({ api }) => {
      const wanted = deployment(app, { replicas, image: `web:${version}` });
      const present = api.cache.get("deployments", "default", app);
      await (present === undefined
        ? api.create("deployments", wanted, USER)
        : api.update("deployments", wanted, USER));
    }),
  );

const expose = fc
  .tuple(name, fc.constantFrom("ClusterIP", "NodePort", "LoadBalancer"), fc.boolean())
  .map(([app, type, local]) =>
    act(`expose ${app} as ${type}${local ? ", local" : ""}`, async ({ api }) => {
      const external = local && type !== "ClusterIP" ? { externalTrafficPolicy: "Local" } : {};
      const wanted = service(app, { type, ...external });
      const present = api.cache.get("services", "default", app);
      await (present === undefined
        ? api.create("services", wanted, USER)
        : api.update("services", wanted, USER));
    }),
  );

const scale = fc
  .tuple(name, fc.integer({ min: 0, max: 8 }))
  .map(([app, replicas]) =>
    act(`scale ${app} to ${replicas}`, ({ api }) =>
      api.mutate(
        "deployments",
        "default",
        app,
        (current) => ({ ...current, spec: { ...current.spec, replicas } }),
        USER,
      ),
    ),
  );

const undo = name.map((app) =>
  act(`undo ${app}`, async ({ api }) => {
    const present = api.cache.get("deployments", "default", app);
    if (present !== undefined) await rolloutUndo(api, present, undefined, USER);
  }),
);

const remove = fc
  .tuple(name, fc.constantFrom("deployments", "services"))
  .map(([app, plural]) =>
    act(`delete ${plural} ${app}`, ({ api }) => api.delete(plural, "default", app, USER)),
  );

const removePod = fc.tuple(number, fc.constantFrom(0, 30)).map(([index, grace]) =>
  act(`delete pod ${index} within ${grace}s`, async ({ api }) => {
    const pods = api.cache.list("pods", "default");
    const chosen = pods[index % Math.max(1, pods.length)];
    if (chosen === undefined) return;
    await api.delete("pods", "default", chosen.metadata.name, USER, { gracePeriodSeconds: grace });
  }),
);

const crash = number.map((index) =>
  act(`kill pod ${index}`, (cluster) => {
    const pods = cluster.api.cache.list("pods", "default");
    const chosen = pods[index % Math.max(1, pods.length)];
    if (chosen !== undefined) killPod(cluster, "default", chosen.metadata.name, undefined);
    return Promise.resolve();
  }),
);

const power = fc.tuple(node, fc.boolean()).map(([which, on]) =>
  act(`${on ? "start" : "kill"} ${which}`, (cluster) => {
    const machine = cluster.machines.get(which);
    if (machine !== undefined) (on ? startMachine : killMachine)(cluster, machine);
    return Promise.resolve();
  }),
);

const tick = fc
  .oneof(fc.nat(200), fc.nat(5000), fc.nat(400_000))
  .map((time) => act(`tick ${time}ms`, (cluster) => cluster.advance(time)));

const acts = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: apply },
    { weight: 2, arbitrary: expose },
    { weight: 2, arbitrary: scale },
    { weight: 1, arbitrary: undo },
    { weight: 1, arbitrary: remove },
    { weight: 1, arbitrary: removePod },
    { weight: 1, arbitrary: crash },
    { weight: 1, arbitrary: power },
    { weight: 6, arbitrary: tick },
  ),
  { minLength: 5, maxLength: 30, size: "max" },
);

/** All nodes up, and time for everything: dead nodes' Pods take five minutes. */
async function calmDown(cluster: Cluster): Promise<void> {
  for (const machine of cluster.machines.list()) startMachine(cluster, machine);
  await cluster.advance(400_000);
  assert.ok(await cluster.settle(600_000), "it does not come to rest");
}

it("whatever is done to a cluster, its invariants hold, and it comes to rest as wanted", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), acts, async (seed, done) => {
      const { cluster } = await makeLab({ seed });
      let revision = cluster.api.cache.revision;
      cluster.api.cache.subscribe((event) => {
        assert.equal(event.revision, revision + 1, "a revision was left out or used twice");
        ({ revision } = event);
      });
      for (const { run } of done) {
        await run(cluster);
        checkAlways(cluster);
        checkRules(cluster);
      }
      await calmDown(cluster);
      checkAlways(cluster);
      checkSettled(cluster);
      checkRules(cluster);
    }),
    { numRuns: 40 },
  );
});

it("a cluster put down in a file and taken up again has the same future", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), acts, acts, async (seed, before, after) => {
      const straight = await makeLab({ seed });
      const broken = await makeLab({ seed });
      await runAll(straight, before);
      await runAll(broken, before);
      const text = await saveSession(broken.cluster, broken.store);
      const taken = (await loadSession(text, "test")).value;
      assert.ok(taken !== undefined);
      await runAll(straight, after);
      await runAll(taken, after);
      assert.deepEqual(historyOf(taken), historyOf(straight));
    }),
    { numRuns: 15 },
  );
});

async function runAll({ cluster }: Session, done: readonly Act[]): Promise<void> {
  for (const { run } of done) await run(cluster);
}

/** As JSON, in which what is not there is simply left out. */
function historyOf({ cluster }: Session): unknown {
  const { now, api, journal } = cluster;
  return JSON.parse(JSON.stringify([now, api.cache.revision, journal.entries]));
}
