import type { ApiEvent } from "../../api/cache.js";
import type { Actor } from "../../journal.js";
import { controllerOf, keyOfObject, type Deployment, type ReplicaSet } from "../../objects.js";
import { isOver } from "../../pods.js";
import {
  actorOf,
  splitKey,
  type Component,
  type Surroundings,
} from "../../simulation/component.js";
import { rollingStep, scaleStep, sizeOfNewSet, slackOf, wasScaled } from "./plan.js";
import { byAge, makeSet, newSetOf, revisionOf, wantedBy } from "./replica-sets.js";
import { deadlineOf, isComplete, statusOf } from "./status.js";
import { DeploymentWriter } from "./writer.js";

const NAME = "deployment-controller";

/** The ReplicaSets of one Deployment: the one of its present template and all others. */
interface Sets {
  readonly fresh: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
}

/** Turns Deployments into ReplicaSets, one for each template (`pkg/controller/deployment`). */
export class DeploymentController implements Component {
  readonly name = NAME;
  readonly #around: Surroundings;
  readonly #writer: DeploymentWriter;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#writer = new DeploymentWriter(around);
  }

  keysOf(event: ApiEvent): readonly string[] {
    if (event.plural === "deployments") return [keyOfObject(event.object)];
    const owner = event.plural === "replicasets" ? controllerOf(event.object) : undefined;
    if (owner?.kind === "Deployment") return [`${event.object.metadata.namespace}/${owner.name}`];
    return event.plural === "pods" && event.type === "DELETED" ? this.#recreating(event) : [];
  }

  /** Only a Deployment that recreates has to know that the last Pod is gone. */
  #recreating(event: ApiEvent): readonly string[] {
    const { namespace } = event.object.metadata;
    const { cache } = this.#around.api;
    const set = cache.get("replicasets", namespace, controllerOf(event.object)?.name ?? "");
    const name = set === undefined ? undefined : controllerOf(set)?.name;
    const owner = cache.get("deployments", namespace, name ?? "");
    return owner?.spec.strategy?.type === "Recreate" ? [keyOfObject(owner)] : [];
  }

  async reconcile(key: string, because: number | undefined): Promise<void> {
    const [namespace, name] = splitKey(key);
    const deployment = this.#around.api.cache.get("deployments", namespace, name);
    if (deployment === undefined) return;
    const actor = actorOf(NAME, because);
    if (deployment.metadata.deletionTimestamp === undefined) await this.#act(deployment, actor);
    await this.#report(namespace, name, actor);
  }

  async #act(deployment: Deployment, actor: Actor): Promise<void> {
    await this.#writer.adopt(deployment, actor);
    const { fresh, old } = this.#setsOf(deployment);
    if (deployment.spec.paused === true || wasScaled(deployment, allOf({ fresh, old }))) {
      await this.#writer.resize(deployment, scaleStep(deployment, fresh, old), actor);
      if (deployment.spec.paused !== true) await this.#annotateAll(deployment, actor);
      return;
    }
    if (deployment.spec.strategy?.type === "Recreate") {
      await this.#recreate(deployment, { fresh, old }, actor);
    } else {
      const made = await this.#freshSet(deployment, { fresh, old }, actor);
      if (made !== undefined) {
        await this.#writer.resize(deployment, rollingStep(deployment, made, old), actor);
      }
    }
    await this.#forgetHistory(deployment, actor);
  }

  async #recreate(deployment: Deployment, { fresh, old }: Sets, actor: Actor): Promise<void> {
    const running = old.filter((set) => wantedBy(set) > 0);
    if (running.length > 0) {
      await this.#writer.resize(
        deployment,
        running.map((set) => ({ set, to: 0 })),
        actor,
      );
      return;
    }
    const { cache } = this.#around.api;
    const left = old.flatMap((set) => cache.controlledBy("pods", set.metadata.uid));
    if (left.some((pod) => !isOver(pod))) return;
    const made = await this.#freshSet(deployment, { fresh, old }, actor);
    const replicas = deployment.spec.replicas ?? 1;
    if (made !== undefined && wantedBy(made) !== replicas) {
      await this.#writer.resize(deployment, [{ set: made, to: replicas }], actor);
    }
  }

  #setsOf(deployment: Deployment): Sets {
    const sets = this.#around.api.cache.controlledBy("replicasets", deployment.metadata.uid);
    const fresh = newSetOf(deployment, sets);
    return { fresh, old: sets.filter((set) => set !== fresh) };
  }

  /** The set of the present template, made if need be, numbered as the newest revision. */
  async #freshSet(
    deployment: Deployment,
    { fresh, old }: Sets,
    actor: Actor,
  ): Promise<ReplicaSet | undefined> {
    const revision = Math.max(0, ...old.map(revisionOf)) + 1;
    const found = fresh ?? (await this.#createSet(deployment, old, revision, actor));
    if (found === undefined) return undefined;
    const number = Math.max(revision, revisionOf(found));
    await this.#writer.annotate(deployment, found, number, actor);
    await this.#writer.markRevision(deployment, number, actor);
    return this.#around.api.cache.get("replicasets", found.metadata.namespace, found.metadata.name);
  }

  async #createSet(
    deployment: Deployment,
    old: readonly ReplicaSet[],
    revision: number,
    actor: Actor,
  ): Promise<ReplicaSet | undefined> {
    const { api } = this.#around;
    const { surge } = slackOf(deployment.spec);
    const made = makeSet(deployment, revision, surge);
    const replicas = sizeOfNewSet(deployment, old, 0);
    const spec = { ...made.spec, replicas };
    const created = await api.create(
      "replicasets",
      { ...made, spec },
      { actor, note: `for the template of revision ${revision}, wanting ${replicas}` },
    );
    if (!created.ok) {
      if (created.status.reason === "AlreadyExists")
        await this.#writer.countCollision(deployment, actor);
      else
        api.remark(actor, deployment, "Warning", "ReplicaSetCreateError", created.status.message);
      return undefined;
    }
    const set = created.value;
    await this.#writer.condition(deployment, actor, {
      type: "Progressing",
      status: "True",
      reason: "NewReplicaSetCreated",
      message: `Created new replica set "${set.metadata.name}"`,
    });
    if (replicas > 0) this.#writer.saySized(deployment, set, 0, replicas, actor);
    return set;
  }

  /** After scaling, every set knows the new number, so that it is not taken for news again. */
  async #annotateAll(deployment: Deployment, actor: Actor): Promise<void> {
    for (const set of allOf(this.#setsOf(deployment))) {
      await this.#writer.annotate(deployment, set, revisionOf(set), actor);
    }
  }

  /** Empty sets beyond the history's limit go, oldest first. */
  async #forgetHistory(deployment: Deployment, actor: Actor): Promise<void> {
    const limit = deployment.spec.revisionHistoryLimit;
    const { api } = this.#around;
    if (limit === undefined || !isComplete(deployment, deployment.status ?? {})) return;
    const empty = this.#setsOf(deployment).old.filter(
      (set) => wantedBy(set) === 0 && (set.status?.replicas ?? 0) === 0,
    );
    const excess = empty.toSorted(byAge).slice(0, Math.max(0, empty.length - limit));
    for (const set of excess) {
      const note = `more than ${limit} old revisions`;
      await api.delete("replicasets", set.metadata.namespace, set.metadata.name, { actor, note });
    }
  }

  async #report(namespace: string, name: string, actor: Actor): Promise<void> {
    const { api, clock, wake } = this.#around;
    const deployment = api.cache.get("deployments", namespace, name);
    if (deployment === undefined) return;
    const sets = this.#setsOf(deployment);
    const status = statusOf(deployment, sets.fresh, allOf(sets), clock.now());
    const written = await api.mutate(
      "deployments",
      namespace,
      name,
      (current) => ({ ...current, status }),
      { actor },
      "status",
    );
    const deadline = written.ok ? deadlineOf(written.value) : undefined;
    if (deadline !== undefined && deadline >= clock.now()) {
      wake(`${namespace}/${name}`, deadline + 1000, { idle: true });
    }
  }
}

function allOf({ fresh, old }: Sets): readonly ReplicaSet[] {
  return fresh === undefined ? old : [...old, fresh];
}
