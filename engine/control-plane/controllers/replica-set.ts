import type { ApiEvent } from "../api/cache.js";
import { matchesSelector } from "../api/selector.js";
import { parseTime } from "../clock.js";
import type { Actor } from "../journal.js";
import {
  controllerOf,
  keyOfObject,
  type AnyObject,
  type Pod,
  type ReplicaSet,
} from "../objects.js";
import { sameJson } from "../json.js";
import { availableAt, conditionOf, isActive, isReady } from "../pods.js";
import { actorOf, splitKey, type Component, type Surroundings } from "../simulation/component.js";

const NAME = "replicaset-controller";

/** Keeps as many Pods as each ReplicaSet wants (`pkg/controller/replicaset`). */
export class ReplicaSetController implements Component {
  readonly name = NAME;
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  keysOf(event: ApiEvent): readonly string[] {
    if (event.plural === "replicasets") return [keyOfObject(event.object)];
    if (event.plural !== "pods" || !isNews(event)) return [];
    const keys = [event.object, event.before].flatMap((pod) => {
      const owner = pod === undefined ? undefined : controllerOf(pod);
      return owner?.kind === "ReplicaSet"
        ? [`${event.object.metadata.namespace}/${owner.name}`]
        : [];
    });
    return keys.length > 0 || event.type === "DELETED" ? keys : this.#setsAdopting(event);
  }

  /** An orphan may be adopted by any set whose selector it matches. */
  #setsAdopting(event: ApiEvent): readonly string[] {
    const { namespace, labels } = event.object.metadata;
    return this.#around.api.cache
      .list("replicasets", namespace)
      .filter((set) => matchesSelector(set.spec.selector, labels))
      .map(keyOfObject);
  }

  async reconcile(key: string, because: number | undefined): Promise<void> {
    const [namespace, name] = splitKey(key);
    const set = this.#around.api.cache.get("replicasets", namespace, name);
    if (set === undefined) return;
    const actor = actorOf(NAME, because);
    if (set.metadata.deletionTimestamp === undefined) {
      const owned = await this.#claim(set, actor);
      await this.#scale(set, owned.filter(isActive), actor);
    }
    await this.#report(namespace, name, actor);
  }

  /** Adopts orphans that match, lets go of what no longer does. */
  async #claim(set: ReplicaSet, actor: Actor): Promise<readonly Pod[]> {
    const { api } = this.#around;
    const owned = api.cache.controlledBy("pods", set.metadata.uid);
    const kept: Pod[] = [];
    for (const pod of owned) {
      if (matchesSelector(set.spec.selector, pod.metadata.labels)) kept.push(pod);
      else await this.#release(set, pod, actor);
    }
    for (const pod of this.#orphans(set)) {
      const owner = ownerReference(set);
      const adopted = await api.mutate(
        "pods",
        pod.metadata.namespace,
        pod.metadata.name,
        (current) => ({
          ...current,
          metadata: {
            ...current.metadata,
            ownerReferences: [...(current.metadata.ownerReferences ?? []), owner],
          },
        }),
        { actor, note: `adopted by ${set.metadata.name}` },
      );
      if (adopted.ok) kept.push(adopted.value);
    }
    return kept;
  }

  #orphans(set: ReplicaSet): readonly Pod[] {
    return this.#around.api.cache
      .orphans("pods", set.metadata.namespace)
      .filter((pod) => isActive(pod) && matchesSelector(set.spec.selector, pod.metadata.labels));
  }

  async #release(set: ReplicaSet, pod: Pod, actor: Actor): Promise<void> {
    await this.#around.api.mutate(
      "pods",
      pod.metadata.namespace,
      pod.metadata.name,
      (current) => ({
        ...current,
        metadata: {
          ...current.metadata,
          ownerReferences: (current.metadata.ownerReferences ?? []).filter(
            (owner) => owner.uid !== set.metadata.uid,
          ),
        },
      }),
      { actor, note: `released by ${set.metadata.name}: labels no longer match` },
    );
  }

  async #scale(set: ReplicaSet, active: readonly Pod[], actor: Actor): Promise<void> {
    const wanted = set.spec.replicas ?? 1;
    const missing = wanted - active.length;
    for (let count = 0; count < missing; count++) await this.#createPod(set, actor);
    if (missing < 0) {
      for (const pod of victims(active, -missing)) await this.#deletePod(set, pod, actor);
    }
  }

  async #createPod(set: ReplicaSet, actor: Actor): Promise<void> {
    const { api } = this.#around;
    const template = set.spec.template ?? {};
    const made = await api.create(
      "pods",
      {
        metadata: {
          ...template.metadata,
          generateName: `${set.metadata.name}-`,
          namespace: set.metadata.namespace,
          ownerReferences: [ownerReference(set)],
        },
        spec: template.spec,
      },
      { actor, note: `for ${set.metadata.name}, which wants ${set.spec.replicas ?? 1}` },
    );
    if (made.ok) {
      const note = `Created pod: ${made.value.metadata.name}`;
      api.remark(actor, set, "Normal", "SuccessfulCreate", note);
    } else {
      api.remark(actor, set, "Warning", "FailedCreate", `Error creating: ${made.status.message}`);
    }
  }

  async #deletePod(set: ReplicaSet, pod: Pod, actor: Actor): Promise<void> {
    const { namespace, name } = pod.metadata;
    const note = `${set.metadata.name} wants ${set.spec.replicas ?? 1}`;
    await this.#around.api.delete("pods", namespace, name, { actor, note });
    this.#around.api.remark(actor, set, "Normal", "SuccessfulDelete", `Deleted pod: ${name}`);
  }

  async #report(namespace: string, name: string, actor: Actor): Promise<void> {
    const { api, clock, wake } = this.#around;
    const set = api.cache.get("replicasets", namespace, name);
    if (set === undefined) return;
    const pods = api.cache.controlledBy("pods", set.metadata.uid).filter(isActive);
    const minReady = set.spec.minReadySeconds ?? 0;
    const times = pods.map((pod) => availableAt(pod, minReady)).filter((at) => at !== undefined);
    const later = times.filter((at) => at > clock.now());
    if (later.length > 0) wake(keyOfObject(set), Math.min(...later));
    const ready = pods.filter(isReady).length;
    const available = times.length - later.length;
    const status = {
      replicas: pods.length,
      fullyLabeledReplicas: pods.filter((pod) =>
        matchesSelector(
          { matchLabels: set.spec.template?.metadata?.labels ?? {} },
          pod.metadata.labels,
        ),
      ).length,
      // Go leaves counts of zero out.
      ...(ready > 0 ? { readyReplicas: ready } : {}),
      ...(available > 0 ? { availableReplicas: available } : {}),
      observedGeneration: set.metadata.generation ?? 1,
    };
    await api.mutate(
      "replicasets",
      namespace,
      name,
      (current) => ({ ...current, status }),
      { actor },
      "status",
    );
  }
}

/** Whether a change of a Pod may change whose it is, or how its set counts it. */
function isNews({ type, object, before }: ApiEvent): boolean {
  if (type !== "MODIFIED" || !isPod(object) || before === undefined || !isPod(before)) return true;
  return (
    isActive(object) !== isActive(before) ||
    !sameJson(conditionOf(object.status, "Ready"), conditionOf(before.status, "Ready")) ||
    !sameJson(object.metadata.labels, before.metadata.labels) ||
    !sameJson(object.metadata.ownerReferences, before.metadata.ownerReferences)
  );
}

function isPod(object: AnyObject): object is Pod {
  return object.kind === "Pod";
}

function ownerReference(set: ReplicaSet) {
  return {
    apiVersion: set.apiVersion,
    kind: set.kind,
    name: set.metadata.name,
    uid: set.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/**
 * Those that go first when there are too many: not yet on a node, pending, not ready, crowded on
 * one node, ready for a shorter time, restarted more often, younger (`ActivePodsWithRanks`).
 */
export function victims(pods: readonly Pod[], count: number): readonly Pod[] {
  const onNode = new Map<string, number>();
  for (const pod of pods) {
    const node = pod.spec.nodeName;
    if (node !== undefined) onNode.set(node, (onNode.get(node) ?? 0) + 1);
  }
  const rankOf = (pod: Pod): readonly number[] => [
    pod.spec.nodeName === undefined ? 0 : 1,
    ["Pending", "Unknown", "Running"].indexOf(pod.status?.phase ?? "Pending"),
    isReady(pod) ? 1 : 0,
    -(onNode.get(pod.spec.nodeName ?? "") ?? 0),
    -readySince(pod),
    -restartsOf(pod),
    -parseTime(pod.metadata.creationTimestamp),
  ];
  const ranked = pods.map((pod) => ({ pod, rank: rankOf(pod) }));
  ranked.sort((left, right) => compareRanks(left.rank, right.rank));
  return ranked.slice(0, count).map(({ pod }) => pod);
}

function readySince(pod: Pod): number {
  const ready = pod.status?.conditions?.find((condition) => condition.type === "Ready");
  return isReady(pod) ? parseTime(ready?.lastTransitionTime) : 0;
}

function restartsOf(pod: Pod): number {
  const counts = (pod.status?.containerStatuses ?? []).map((status) => status.restartCount);
  return Math.max(0, ...counts);
}

function compareRanks(left: readonly number[], right: readonly number[]): number {
  for (const [index, value] of left.entries()) {
    const difference = value - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
