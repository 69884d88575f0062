import { canonicalJson, sameJson } from "../../json.js";
import type { Deployment, PodTemplate, ReplicaSet } from "../../objects.js";
import { nameSafe } from "../../random.js";

export const REVISION = "deployment.kubernetes.io/revision";
export const REVISION_HISTORY = "deployment.kubernetes.io/revision-history";
export const DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas";
export const MAX_REPLICAS = "deployment.kubernetes.io/max-replicas";
export const TEMPLATE_HASH = "pod-template-hash";
export const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Annotations of a Deployment that its ReplicaSets do not take over. */
const NOT_COPIED = new Set([
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  LAST_APPLIED,
]);

export function revisionOf(set: ReplicaSet): number {
  return Number(set.metadata.annotations?.[REVISION] ?? 0);
}

export function wantedBy(set: ReplicaSet): number {
  return set.spec.replicas ?? 1;
}

/** Older first; of one second, by name. */
export function byAge(left: ReplicaSet, right: ReplicaSet): number {
  const [a, b] = [left.metadata, right.metadata];
  if (a.creationTimestamp !== b.creationTimestamp) {
    return a.creationTimestamp < b.creationTimestamp ? -1 : 1;
  }
  return (
    Number(left.metadata.annotations?.[REVISION] ?? 0) -
      Number(right.metadata.annotations?.[REVISION] ?? 0) || (a.name < b.name ? -1 : 1)
  );
}

/** The set whose template is the Deployment's own, apart from the hash that names it. */
export function newSetOf(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
): ReplicaSet | undefined {
  return sets
    .toSorted(byAge)
    .find((set) => sameJson(withoutHash(set.spec.template ?? {}), deployment.spec.template));
}

/** A set's template as its Deployment had it. */
export function withoutHash(template: PodTemplate): PodTemplate {
  const { [TEMPLATE_HASH]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** FNV-1a of the template, in the letters of names. */
export function templateHash(template: PodTemplate, collisions: number): string {
  let hash = 0x811c9dc5;
  const text = canonicalJson(template) + (collisions === 0 ? "" : String(collisions));
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return nameSafe(String(hash));
}

/** What a new set for the Deployment's present template looks like, but for how many it wants. */
export function makeSet(deployment: Deployment, revision: number, surge: number) {
  const { metadata, spec } = deployment;
  const hash = templateHash(spec.template, deployment.status?.collisionCount ?? 0);
  const labels = { ...spec.template.metadata?.labels, [TEMPLATE_HASH]: hash };
  return {
    metadata: {
      name: `${metadata.name}-${hash}`,
      namespace: metadata.namespace,
      labels,
      annotations: annotationsFor(deployment, {}, revision, surge),
      ownerReferences: [
        {
          apiVersion: deployment.apiVersion,
          kind: deployment.kind,
          name: metadata.name,
          uid: metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      ...(spec.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
      selector: {
        ...spec.selector,
        matchLabels: { ...spec.selector.matchLabels, [TEMPLATE_HASH]: hash },
      },
      template: {
        ...spec.template,
        metadata: { ...spec.template.metadata, labels },
      },
    },
  };
}

/** A set carries what its Deployment is annotated with, its revision, and how far it may grow. */
export function annotationsFor(
  deployment: Deployment,
  present: Readonly<Record<string, string>>,
  revision: number,
  surge: number,
): Readonly<Record<string, string>> {
  const own = Object.entries(deployment.metadata.annotations ?? {});
  const copied = Object.fromEntries(own.filter(([key]) => !NOT_COPIED.has(key)));
  const replicas = deployment.spec.replicas ?? 1;
  const before = present[REVISION];
  const history = (present[REVISION_HISTORY] ?? "").split(",").filter((item) => item !== "");
  const reused = before !== undefined && Number(before) < revision;
  return {
    ...present,
    ...copied,
    [REVISION]: String(revision),
    ...(reused ? { [REVISION_HISTORY]: [...history, before].join(",") } : {}),
    [DESIRED_REPLICAS]: String(replicas),
    [MAX_REPLICAS]: String(replicas + surge),
  };
}
