import type { Actor } from "../../journal.js";
import { sameJson } from "../../json.js";
import { matchesSelector } from "../../api/selector.js";
import type { Deployment, DeploymentCondition, ReplicaSet } from "../../objects.js";
import type { Surroundings } from "../../simulation/component.js";
import { slackOf, type Resize } from "./plan.js";
import { REVISION, annotationsFor, makeSet, revisionOf, wantedBy } from "./replica-sets.js";
import { withDeploymentCondition } from "./status.js";

/** What the controller writes to a Deployment and its sets. */
export class DeploymentWriter {
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  saySized(deployment: Deployment, set: ReplicaSet, from: number, to: number, actor: Actor): void {
    const verb = to > from ? "up" : "down";
    const note = `Scaled ${verb} replica set ${set.metadata.name} to ${to} from ${from}`;
    this.#around.api.remark(actor, deployment, "Normal", "ScalingReplicaSet", note);
  }

  async countCollision(deployment: Deployment, actor: Actor): Promise<void> {
    const { namespace, name } = deployment.metadata;
    await this.#around.api.mutate(
      "deployments",
      namespace,
      name,
      (current) => ({
        ...current,
        status: {
          ...current.status,
          collisionCount: (current.status?.collisionCount ?? 0) + 1,
        },
      }),
      { actor, note: "another set has the name that the template's hash gives" },
      "status",
    );
  }

  async condition(
    deployment: Deployment,
    actor: Actor,
    condition: DeploymentCondition,
  ): Promise<void> {
    const { api, clock } = this.#around;
    const { namespace, name } = deployment.metadata;
    await api.mutate(
      "deployments",
      namespace,
      name,
      (current) => ({
        ...current,
        status: {
          ...current.status,
          conditions: withDeploymentCondition(
            current.status?.conditions ?? [],
            condition,
            clock.now(),
          ),
        },
      }),
      { actor },
      "status",
    );
  }

  async annotate(
    deployment: Deployment,
    set: ReplicaSet,
    revision: number,
    actor: Actor,
  ): Promise<void> {
    const { surge } = slackOf(deployment.spec);
    const present = set.metadata.annotations ?? {};
    const annotations = annotationsFor(deployment, present, revision, surge);
    if (sameJson(annotations, present)) return;
    await this.#around.api.mutate(
      "replicasets",
      set.metadata.namespace,
      set.metadata.name,
      (current) => ({ ...current, metadata: { ...current.metadata, annotations } }),
      { actor, note: `revision ${revision}` },
    );
  }

  async markRevision(deployment: Deployment, revision: number, actor: Actor): Promise<void> {
    if (deployment.metadata.annotations?.[REVISION] === String(revision)) return;
    const { namespace, name } = deployment.metadata;
    await this.#around.api.mutate(
      "deployments",
      namespace,
      name,
      (current) => ({
        ...current,
        metadata: {
          ...current.metadata,
          annotations: { ...current.metadata.annotations, [REVISION]: String(revision) },
        },
      }),
      { actor, note: `revision ${revision}` },
    );
  }

  async resize(deployment: Deployment, steps: readonly Resize[], actor: Actor): Promise<void> {
    for (const { set, to } of steps) {
      const from = wantedBy(set);
      const { surge } = slackOf(deployment.spec);
      const resized = await this.#around.api.mutate(
        "replicasets",
        set.metadata.namespace,
        set.metadata.name,
        (current) => ({
          ...current,
          metadata: {
            ...current.metadata,
            annotations: annotationsFor(
              deployment,
              current.metadata.annotations ?? {},
              revisionOf(current),
              surge,
            ),
          },
          spec: { ...current.spec, replicas: to },
        }),
        { actor, note: `scaled from ${from} to ${to}` },
      );
      if (resized.ok) this.saySized(deployment, set, from, to, actor);
    }
  }

  async adopt(deployment: Deployment, actor: Actor): Promise<void> {
    const { api } = this.#around;
    const { namespace } = deployment.metadata;
    for (const set of api.cache.orphans("replicasets", namespace)) {
      if (!matchesSelector(deployment.spec.selector, set.metadata.labels)) continue;
      const [owner] = makeSet(deployment, 0, 0).metadata.ownerReferences;
      if (owner === undefined) continue;
      await api.mutate(
        "replicasets",
        namespace,
        set.metadata.name,
        (current) => ({
          ...current,
          metadata: {
            ...current.metadata,
            ownerReferences: [...(current.metadata.ownerReferences ?? []), owner],
          },
        }),
        { actor, note: `adopted by ${deployment.metadata.name}` },
      );
    }
  }
}
