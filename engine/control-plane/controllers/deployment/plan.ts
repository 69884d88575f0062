import type { Deployment, DeploymentSpec, ReplicaSet } from "../../objects.js";
import { DESIRED_REPLICAS, MAX_REPLICAS, byAge, wantedBy } from "./replica-sets.js";

/** How many Pods each of some sets is to want. */
export interface Resize {
  readonly set: ReplicaSet;
  readonly to: number;
}

export interface Slack {
  /** Pods above the wanted number that may exist meanwhile. */
  readonly surge: number;
  /** Pods below the wanted number that may be missing meanwhile. */
  readonly unavailable: number;
}

/** Surge rounds up, unavailability down, and they are never both nothing (`ResolveFenceposts`). */
export function slackOf(spec: DeploymentSpec): Slack {
  if (spec.strategy?.type === "Recreate") return { surge: 0, unavailable: 0 };
  const replicas = spec.replicas ?? 1;
  const rolling = spec.strategy?.rollingUpdate ?? {};
  const surge = shareOf(rolling.maxSurge ?? "25%", replicas, Math.ceil);
  const unavailable = shareOf(rolling.maxUnavailable ?? "25%", replicas, Math.floor);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

function shareOf(share: number | string, of: number, round: (share: number) => number): number {
  return typeof share === "number" ? share : round((Number.parseInt(share, 10) * of) / 100);
}

export function total(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + wantedBy(set), 0);
}

/** A set that was shrunk a moment ago may still report more than it now wants. */
function availableOf(set: ReplicaSet): number {
  return Math.min(wantedBy(set), set.status?.availableReplicas ?? 0);
}

/** How far the new set may grow now (`NewRSNewReplicas`). */
export function sizeOfNewSet(
  deployment: Deployment,
  others: readonly ReplicaSet[],
  current: number,
): number {
  const replicas = deployment.spec.replicas ?? 1;
  if (deployment.spec.strategy?.type === "Recreate") return replicas;
  const room = replicas + slackOf(deployment.spec).surge - total(others) - current;
  return room <= 0 ? current : current + Math.min(room, replicas - current);
}

/** One step of a rolling update: first the new set grows or shrinks, otherwise the old ones shrink. */
export function rollingStep(
  deployment: Deployment,
  fresh: ReplicaSet,
  old: readonly ReplicaSet[],
): readonly Resize[] {
  const replicas = deployment.spec.replicas ?? 1;
  const current = wantedBy(fresh);
  const to = current > replicas ? replicas : sizeOfNewSet(deployment, old, current);
  if (to !== current) return [{ set: fresh, to }];
  return shrinkOld(deployment, fresh, old.toSorted(byAge));
}

/**
 * Old sets give way as far as enough Pods stay available: those that are not available anyway
 * first, then the rest (`reconcileOldReplicaSets`).
 */
function shrinkOld(
  deployment: Deployment,
  fresh: ReplicaSet,
  old: readonly ReplicaSet[],
): readonly Resize[] {
  const least = (deployment.spec.replicas ?? 1) - slackOf(deployment.spec).unavailable;
  const stillComing = wantedBy(fresh) - availableOf(fresh);
  const removable = total(old) + wantedBy(fresh) - least - stillComing;
  if (removable <= 0) return [];
  const sizes = new Map(old.map((set) => [set, wantedBy(set)]));
  let cleaned = 0;
  for (const set of old) {
    const size = sizes.get(set) ?? 0;
    const gone = Math.min(removable - cleaned, Math.max(0, size - availableOf(set)));
    sizes.set(set, size - gone);
    cleaned += gone;
  }
  const available = old.reduce((sum, set) => sum + availableOf(set), availableOf(fresh));
  let spare = available - least;
  for (const set of old) {
    const size = sizes.get(set) ?? 0;
    const gone = Math.max(0, Math.min(size, spare));
    sizes.set(set, size - gone);
    spare -= gone;
  }
  return resized(sizes);
}

function resized(sizes: ReadonlyMap<ReplicaSet, number>): readonly Resize[] {
  return [...sizes].filter(([set, to]) => to !== wantedBy(set)).map(([set, to]) => ({ set, to }));
}

/** Whether the wanted number was changed since the sets were last sized (`isScalingEvent`). */
export function wasScaled(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
  const replicas = String(deployment.spec.replicas ?? 1);
  return sets.some((set) => {
    const desired = set.metadata.annotations?.[DESIRED_REPLICAS];
    return wantedBy(set) > 0 && desired !== undefined && desired !== replicas;
  });
}

/** Spreads a new wanted number over the sets in proportion to their sizes (`scale`). */
export function scaleStep(
  deployment: Deployment,
  fresh: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): readonly Resize[] {
  const replicas = deployment.spec.replicas ?? 1;
  const sets = fresh === undefined ? old : [...old, fresh];
  const active = sets.filter((set) => wantedBy(set) > 0);
  const only = active.length <= 1 ? (active[0] ?? fresh ?? old.toSorted(byAge).at(-1)) : undefined;
  if (only !== undefined) return wantedBy(only) === replicas ? [] : [{ set: only, to: replicas }];
  if (fresh !== undefined && isSaturated(deployment, fresh)) {
    return old.filter((set) => wantedBy(set) > 0).map((set) => ({ set, to: 0 }));
  }
  if (deployment.spec.strategy?.type === "Recreate") return [];
  return proportionally(deployment, active);
}

function isSaturated(deployment: Deployment, set: ReplicaSet): boolean {
  const replicas = deployment.spec.replicas ?? 1;
  return (
    wantedBy(set) === replicas &&
    set.metadata.annotations?.[DESIRED_REPLICAS] === String(replicas) &&
    availableOf(set) === replicas
  );
}

function proportionally(deployment: Deployment, active: readonly ReplicaSet[]): readonly Resize[] {
  const replicas = deployment.spec.replicas ?? 1;
  const allowed = replicas > 0 ? replicas + slackOf(deployment.spec).surge : 0;
  const change = allowed - total(active);
  const bySize = active.toSorted(
    (left, right) =>
      wantedBy(right) - wantedBy(left) || (change > 0 ? byAge(right, left) : byAge(left, right)),
  );
  const sizes = new Map<ReplicaSet, number>();
  let given = 0;
  for (const set of bySize) {
    const part = change === 0 ? 0 : proportionOf(set, allowed, replicas, change - given, change);
    sizes.set(set, wantedBy(set) + part);
    given += part;
  }
  const first = bySize[0];
  if (first !== undefined) {
    sizes.set(first, Math.max(0, (sizes.get(first) ?? 0) + change - given));
  }
  return resized(sizes);
}

/** A set's share of the change, never past what is left of it (`GetProportion`). */
function proportionOf(
  set: ReplicaSet,
  allowed: number,
  replicas: number,
  left: number,
  change: number,
): number {
  const size = wantedBy(set);
  const before = Number(set.metadata.annotations?.[MAX_REPLICAS] ?? 0) || replicas;
  const part = replicas === 0 ? -size : Math.round((size * allowed) / before) - size;
  return change > 0 ? Math.min(part, left) : Math.max(part, left);
}
