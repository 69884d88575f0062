import assert from "node:assert/strict";
import fc from "fast-check";
import { rolloutUndo } from "../../../engine/control-plane/client/rollout.js";
import type { Cluster } from "../../../engine/control-plane/cluster.js";
import type { Session } from "../../../engine/control-plane/session.js";
import { killMachine, killPod, startMachine } from "../../../engine/control-plane/outside.js";
import { checkAlways, checkRules } from "./checks.js";
import { USER, deployment, must, service } from "./lab.js";

/** What users and the world have asked for so far: what a cluster at rest must have come to. */
export interface Model {
  readonly deployments: Map<
    string,
    { replicas: number; image: string; readonly images: Set<string> }
  >;
  /** Types of Services by name. */
  readonly services: Map<string, string>;
  readonly nodesDown: Set<string>;
}

export function newModel(): Model {
  return { deployments: new Map(), services: new Map(), nodesDown: new Set() };
}

/** One thing that may be done to a cluster, and what it does to the model. */
export class Act implements fc.AsyncCommand<Model, Session> {
  readonly #label: string;
  readonly #possible: (model: Readonly<Model>) => boolean;
  readonly #run: (model: Model, cluster: Cluster) => Promise<unknown>;

  constructor(
    label: string,
    possible: (model: Readonly<Model>) => boolean,
    run: (model: Model, cluster: Cluster) => Promise<unknown>,
  ) {
    this.#label = label;
    this.#possible = possible;
    this.#run = run;
  }

  check(model: Readonly<Model>): boolean {
    return this.#possible(model);
  }

  async run(model: Model, { cluster }: Session): Promise<void> {
    await this.#run(model, cluster);
    checkAlways(cluster);
    checkRules(cluster);
  }

  toString(): string {
    return this.#label;
  }
}

const always = (): boolean => true;
const name = fc.constantFrom("a", "b", "c");
const node = fc.constantFrom("node-1", "node-2", "node-3");
const number = fc.nat(1000);

const apply = fc
  .tuple(name, fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 3 }))
  .map(([app, replicas, version]) => {
    const image = `web:${version}`;
    return new Act(
      `apply deployment ${app} x${replicas} ${image}`,
      always,
      async (model, { api }) => {
        const wanted = deployment(app, { replicas, image });
        const known = model.deployments.get(app);
        must(await api[known === undefined ? "create" : "update"]("deployments", wanted, USER));
        const images = known?.images ?? new Set<string>();
        model.deployments.set(app, { replicas, image, images: images.add(image) });
      },
    );
  });

const expose = fc
  .tuple(
    name,
    fc.constantFrom("ClusterIP", "NodePort", "LoadBalancer"),
    fc.boolean(),
    fc.constantFrom("SingleStack", "PreferDualStack"),
  )
  .map(([app, type, local, ipFamilyPolicy]) => {
    const external = local && type !== "ClusterIP" ? { externalTrafficPolicy: "Local" } : {};
    const where = "externalTrafficPolicy" in external ? ", local" : "";
    const label = `expose ${app} as ${type}${where}, ${ipFamilyPolicy}`;
    return new Act(label, always, async (model, { api }) => {
      const wanted = service(app, { type, ipFamilyPolicy, ...external });
      must(await api[model.services.has(app) ? "update" : "create"]("services", wanted, USER));
      model.services.set(app, type);
    });
  });

const scale = fc.tuple(name, fc.integer({ min: 0, max: 8 })).map(
  ([app, replicas]) =>
    new Act(
      `scale ${app} to ${replicas}`,
      ({ deployments }) => deployments.has(app),
      async (model, { api }) => {
        const scaled = await api.mutate(
          "deployments",
          "default",
          app,
          (current) => ({ ...current, spec: { ...current.spec, replicas } }),
          USER,
        );
        must(scaled);
        const known = model.deployments.get(app);
        if (known !== undefined) known.replicas = replicas;
      },
    ),
);

const undo = name.map(
  (app) =>
    new Act(
      `undo ${app}`,
      ({ deployments }) => deployments.has(app),
      async (model, { api }) => {
        const present = api.cache.get("deployments", "default", app);
        const known = model.deployments.get(app);
        assert.ok(present !== undefined && known !== undefined);
        await rolloutUndo(api, present, undefined, USER);
        // Which revision that is depends on how many have come to be; it was wanted once.
        const after = api.cache.get("deployments", "default", app);
        known.image = after?.spec.template.spec?.containers[0]?.image ?? "";
        assert.ok(known.images.has(known.image), `${known.image} was never asked for`);
      },
    ),
);

const removeDeployment = name.map(
  (app) =>
    new Act(
      `delete deployment ${app}`,
      ({ deployments }) => deployments.has(app),
      async (model, { api }) => {
        must(await api.delete("deployments", "default", app, USER));
        model.deployments.delete(app);
      },
    ),
);

const removeService = name.map(
  (app) =>
    new Act(
      `delete service ${app}`,
      ({ services }) => services.has(app),
      async (model, { api }) => {
        must(await api.delete("services", "default", app, USER));
        model.services.delete(app);
      },
    ),
);

function podAt({ api }: Cluster, index: number) {
  const pods = api.cache.list("pods", "default");
  return pods[index % Math.max(1, pods.length)];
}

const removePod = fc.tuple(number, fc.constantFrom(0, 30)).map(
  ([index, grace]) =>
    new Act(`delete pod ${index} within ${grace}s`, always, async (_model, cluster) => {
      const chosen = podAt(cluster, index);
      if (chosen === undefined) return;
      const options = { gracePeriodSeconds: grace };
      await cluster.api.delete("pods", "default", chosen.metadata.name, USER, options);
    }),
);

const crash = number.map(
  (index) =>
    new Act(`kill pod ${index}`, always, (_model, cluster) => {
      const chosen = podAt(cluster, index);
      if (chosen !== undefined) killPod(cluster, "default", chosen.metadata.name, undefined);
      return Promise.resolve();
    }),
);

const cut = node.map(
  (which) =>
    new Act(
      `kill ${which}`,
      ({ nodesDown }) => !nodesDown.has(which),
      (model, cluster) => {
        const machine = cluster.machines.get(which);
        assert.ok(machine !== undefined);
        killMachine(cluster, machine);
        model.nodesDown.add(which);
        return Promise.resolve();
      },
    ),
);

const restore = node.map(
  (which) =>
    new Act(
      `start ${which}`,
      ({ nodesDown }) => nodesDown.has(which),
      (model, cluster) => {
        const machine = cluster.machines.get(which);
        assert.ok(machine !== undefined);
        startMachine(cluster, machine);
        model.nodesDown.delete(which);
        return Promise.resolve();
      },
    ),
);

const tick = fc
  .oneof(fc.nat(200), fc.nat(5000), fc.nat(400_000))
  .map((time) => new Act(`tick ${time}ms`, always, (_model, cluster) => cluster.advance(time)));

/** Likelier ones several times. */
export const ACTS: readonly fc.Arbitrary<Act>[] = [
  apply,
  apply,
  apply,
  apply,
  expose,
  expose,
  scale,
  scale,
  undo,
  removeDeployment,
  removeService,
  removePod,
  crash,
  cut,
  restore,
  tick,
  tick,
  tick,
  tick,
  tick,
  tick,
];

/** All nodes up, and time for everything: dead nodes' Pods take five minutes. */
export async function calmDown({ cluster }: Session): Promise<void> {
  for (const machine of cluster.machines.list()) startMachine(cluster, machine);
  await cluster.advance(400_000);
  assert.ok(await cluster.settle(600_000), "it does not come to rest");
}

/** What is there is what was asked for, and nothing else. */
export function checkModel({ deployments, services }: Model, { cluster }: Session): void {
  const { cache } = cluster.api;
  assert.deepEqual(
    cache.list("deployments", "default").map(({ metadata }) => metadata.name),
    [...deployments.keys()].toSorted(),
  );
  assert.deepEqual(
    cache
      .list("services", "default")
      .filter(({ metadata }) => metadata.name !== "kubernetes")
      .map(({ metadata, spec }) => [metadata.name, spec.type]),
    [...services].toSorted(([left], [right]) => (left < right ? -1 : 1)),
  );
  const wanted = [...deployments].flatMap(([app, { replicas, image }]) =>
    Array.from({ length: replicas }, () => `${app} ${image}`),
  );
  const present = cache.list("pods", "default").map(({ metadata, spec }) => {
    return `${metadata.labels?.["app"] ?? ""} ${spec.containers[0]?.image ?? ""}`;
  });
  assert.deepEqual(present.toSorted(), wanted.toSorted());
}
