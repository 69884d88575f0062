import { parseTime } from "./clock.js";
import type { Pod, PodCondition, PodStatus } from "./objects.js";

export function conditionOf(status: PodStatus | undefined, type: string): PodCondition | undefined {
  for (const condition of status?.conditions ?? []) if (condition.type === type) return condition;
  return undefined;
}

export function isReady(pod: Pod): boolean {
  return conditionOf(pod.status, "Ready")?.status === "True";
}

export function isTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/** Its containers have ended for good. */
export function isOver(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}

/** Counts towards the replicas of a ReplicaSet (`FilterActivePods`). */
export function isActive(pod: Pod): boolean {
  return !isOver(pod) && !isTerminating(pod);
}

/**
 * When a Pod has been ready for long enough, in milliseconds since 1970; `undefined` while it is
 * not ready (`IsPodAvailable`).
 */
export function availableAt(pod: Pod, minReadySeconds: number): number | undefined {
  const ready = conditionOf(pod.status, "Ready");
  if (ready?.status !== "True") return undefined;
  return minReadySeconds === 0 ? 0 : parseTime(ready.lastTransitionTime) + minReadySeconds * 1000;
}

/** Conditions with one of them set; its time moves only when its status does. */
export function withCondition(
  conditions: readonly PodCondition[],
  condition: PodCondition,
  now: string,
): readonly PodCondition[] {
  const old = conditions.find((other) => other.type === condition.type);
  const since = old?.status === condition.status ? (old.lastTransitionTime ?? now) : now;
  const added = { ...condition, lastTransitionTime: since };
  return old === undefined
    ? [...conditions, added]
    : conditions.map((other) => (other.type === condition.type ? added : other));
}
