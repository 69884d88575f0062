import { formatTime, parseTime } from "../../clock.js";
import type {
  Deployment,
  DeploymentCondition,
  DeploymentStatus,
  ReplicaSet,
} from "../../objects.js";
import { slackOf, total } from "./plan.js";

type Counts = Omit<DeploymentStatus, "conditions">;

function sum(
  sets: readonly ReplicaSet[],
  field: "replicas" | "readyReplicas" | "availableReplicas",
) {
  return sets.reduce((count, set) => count + (set.status?.[field] ?? 0), 0);
}

/** What the Deployment's sets amount to (`calculateStatus`). */
export function statusOf(
  deployment: Deployment,
  fresh: ReplicaSet | undefined,
  sets: readonly ReplicaSet[],
  now: number,
): DeploymentStatus {
  const counts = countsOf(deployment, fresh, sets);
  const available = counts.availableReplicas ?? 0;
  const changes = [availability(deployment, available), progress(deployment, counts, fresh, now)];
  let conditions = deployment.status?.conditions ?? [];
  for (const change of changes) {
    if (change !== undefined) conditions = withDeploymentCondition(conditions, change, now);
  }
  return { ...counts, conditions };
}

/** Go leaves counts of zero out. */
function countsOf(
  deployment: Deployment,
  fresh: ReplicaSet | undefined,
  sets: readonly ReplicaSet[],
): Counts {
  const replicas = sum(sets, "replicas");
  const updatedReplicas = fresh?.status?.replicas ?? 0;
  const readyReplicas = sum(sets, "readyReplicas");
  const availableReplicas = sum(sets, "availableReplicas");
  const unavailableReplicas = total(sets) - availableReplicas;
  const collisionCount = deployment.status?.collisionCount ?? 0;
  return {
    observedGeneration: deployment.metadata.generation ?? 1,
    ...(replicas > 0 ? { replicas } : {}),
    ...(updatedReplicas > 0 ? { updatedReplicas } : {}),
    ...(readyReplicas > 0 ? { readyReplicas } : {}),
    ...(availableReplicas > 0 ? { availableReplicas } : {}),
    ...(unavailableReplicas > 0 ? { unavailableReplicas } : {}),
    ...(collisionCount > 0 ? { collisionCount } : {}),
  };
}

function availability(deployment: Deployment, available: number): DeploymentCondition {
  const least = (deployment.spec.replicas ?? 1) - slackOf(deployment.spec).unavailable;
  return available >= least
    ? {
        type: "Available",
        status: "True",
        reason: "MinimumReplicasAvailable",
        message: "Deployment has minimum availability.",
      }
    : {
        type: "Available",
        status: "False",
        reason: "MinimumReplicasUnavailable",
        message: "Deployment does not have minimum availability.",
      };
}

/** All wanted Pods are of the new template and available, and none of another is left. */
export function isComplete(deployment: Deployment, counts: Counts): boolean {
  const replicas = deployment.spec.replicas ?? 1;
  return (
    (counts.updatedReplicas ?? 0) === replicas &&
    (counts.replicas ?? 0) === replicas &&
    (counts.availableReplicas ?? 0) === replicas &&
    (counts.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 1)
  );
}

function hasProgressed(deployment: Deployment, counts: Counts): boolean {
  const old = deployment.status ?? {};
  const others = (status: Counts): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (counts.updatedReplicas ?? 0) > (old.updatedReplicas ?? 0) ||
    others(counts) < others(old) ||
    (counts.readyReplicas ?? 0) > (old.readyReplicas ?? 0) ||
    (counts.availableReplicas ?? 0) > (old.availableReplicas ?? 0)
  );
}

function progress(
  deployment: Deployment,
  counts: Counts,
  fresh: ReplicaSet | undefined,
  now: number,
): DeploymentCondition | undefined {
  const present = progressingOf(deployment);
  const name =
    fresh === undefined
      ? `Deployment "${deployment.metadata.name}"`
      : `ReplicaSet "${fresh.metadata.name}"`;
  const condition = (status: string, reason: string, what: string): DeploymentCondition => ({
    type: "Progressing",
    status,
    reason,
    message: `${name} ${what}`,
  });
  if (deployment.spec.paused === true) {
    return {
      type: "Progressing",
      status: "Unknown",
      reason: "DeploymentPaused",
      message: "Deployment is paused",
    };
  }
  if (present?.reason === "DeploymentPaused") {
    return {
      type: "Progressing",
      status: "Unknown",
      reason: "DeploymentResumed",
      message: "Deployment is resumed",
    };
  }
  const stillDone =
    present?.reason === "NewReplicaSetAvailable" && counts.replicas === counts.updatedReplicas;
  if (isComplete(deployment, counts)) {
    return condition("True", "NewReplicaSetAvailable", "has successfully progressed.");
  }
  if (stillDone) return undefined;
  if (hasProgressed(deployment, counts)) {
    return condition("True", "ReplicaSetUpdated", "is progressing.");
  }
  const deadline = deadlineOf(deployment);
  if (deadline !== undefined && now > deadline) {
    return condition("False", "ProgressDeadlineExceeded", "has timed out progressing.");
  }
  return undefined;
}

function progressingOf(deployment: Deployment): DeploymentCondition | undefined {
  return deployment.status?.conditions?.find((condition) => condition.type === "Progressing");
}

/** When a rollout without progress will count as failed, in milliseconds since 1970. */
export function deadlineOf(deployment: Deployment): number | undefined {
  const present = progressingOf(deployment);
  const seconds = deployment.spec.progressDeadlineSeconds;
  if (present === undefined || seconds === undefined || deployment.spec.paused === true) return;
  if (present.reason === "NewReplicaSetAvailable") return;
  return parseTime(present.lastUpdateTime) + seconds * 1000;
}

/** Sets a condition; its times move when it says something else. */
export function withDeploymentCondition(
  conditions: readonly DeploymentCondition[],
  condition: DeploymentCondition,
  now: number,
): readonly DeploymentCondition[] {
  const old = conditions.find((other) => other.type === condition.type);
  const same = old?.status === condition.status && old.reason === condition.reason;
  const moving = condition.reason === "ReplicaSetUpdated";
  if (same && !moving) return conditions;
  const time = formatTime(now);
  const since = old?.status === condition.status ? (old.lastTransitionTime ?? time) : time;
  const added = { ...condition, lastUpdateTime: time, lastTransitionTime: since };
  return [...conditions.filter((other) => other.type !== condition.type), added];
}
