import type { Plural } from "../objects.js";
import { endpointSlice, service } from "../schema/network.js";
import { configMap, lease, namespace, secret, serviceAccount } from "../schema/plain.js";
import { node, pod } from "../schema/pod.js";
import type { Shape } from "../schema/shape.js";
import { deployment, replicaSet } from "../schema/workloads.js";

/** How a kind is named in URLs, manifests and on the command line. */
export interface Resource {
  readonly plural: Plural;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly kind: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly namespaced: boolean;
  /** Whether its status is written apart from the rest. */
  readonly hasStatus: boolean;
  readonly shape: Shape;
}

function define(
  group: string,
  kind: string,
  plural: Plural,
  shape: Shape,
  more: Partial<Pick<Resource, "shortNames" | "namespaced" | "hasStatus">> = {},
): Resource {
  return {
    plural,
    singular: kind.toLowerCase(),
    shortNames: more.shortNames ?? [],
    kind,
    group,
    version: "v1",
    namespaced: more.namespaced ?? true,
    hasStatus: more.hasStatus ?? false,
    shape,
  };
}

export const RESOURCES: Readonly<Record<Plural, Resource>> = {
  namespaces: define("", "Namespace", "namespaces", namespace, {
    shortNames: ["ns"],
    namespaced: false,
    hasStatus: true,
  }),
  nodes: define("", "Node", "nodes", node, {
    shortNames: ["no"],
    namespaced: false,
    hasStatus: true,
  }),
  pods: define("", "Pod", "pods", pod, { shortNames: ["po"], hasStatus: true }),
  services: define("", "Service", "services", service, { shortNames: ["svc"], hasStatus: true }),
  configmaps: define("", "ConfigMap", "configmaps", configMap, { shortNames: ["cm"] }),
  secrets: define("", "Secret", "secrets", secret),
  serviceaccounts: define("", "ServiceAccount", "serviceaccounts", serviceAccount, {
    shortNames: ["sa"],
  }),
  deployments: define("apps", "Deployment", "deployments", deployment, {
    shortNames: ["deploy"],
    hasStatus: true,
  }),
  replicasets: define("apps", "ReplicaSet", "replicasets", replicaSet, {
    shortNames: ["rs"],
    hasStatus: true,
  }),
  endpointslices: define("discovery.k8s.io", "EndpointSlice", "endpointslices", endpointSlice),
  leases: define("coordination.k8s.io", "Lease", "leases", lease),
};

export const ALL_RESOURCES: readonly Resource[] = Object.values(RESOURCES);

export function apiVersionOf(resource: Resource): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}

/** `deployments.apps`, as messages name a resource. */
export function groupResource(resource: Resource): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}

/** `Deployment.apps`, as messages name a kind. */
export function groupKind(resource: Resource): string {
  return resource.group === "" ? resource.kind : `${resource.kind}.${resource.group}`;
}

export function resourceOfKind(apiVersion: string, kind: string): Resource | undefined {
  return ALL_RESOURCES.find(
    (resource) => resource.kind === kind && apiVersionOf(resource) === apiVersion,
  );
}

/** Finds `po`, `pod`, `pods`, `Pod` or `deployments.apps`, as kubectl's arguments name resources. */
export function resourceNamed(word: string): Resource | undefined {
  const lower = word.toLowerCase();
  return ALL_RESOURCES.find(
    (resource) =>
      lower === resource.plural ||
      lower === resource.singular ||
      resource.shortNames.includes(lower) ||
      lower === groupResource(resource) ||
      lower === `${resource.singular}.${resource.group}` ||
      lower === `${resource.plural}.${resource.version}.${resource.group}`,
  );
}
