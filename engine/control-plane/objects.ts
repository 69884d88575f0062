import type * as apps from "kubernetes-types/apps/v1.js";
import type * as coordination from "kubernetes-types/coordination/v1.js";
import type * as core from "kubernetes-types/core/v1.js";
import type * as discovery from "kubernetes-types/discovery/v1.js";
import type { OwnerReference as Owner, ObjectMeta } from "kubernetes-types/meta/v1.js";
import type { DeepReadonly } from "./json.js";

/** What every object in the store has for metadata: the API server sees to it. */
export interface Metadata extends Omit<
  DeepReadonly<ObjectMeta>,
  "name" | "namespace" | "uid" | "creationTimestamp"
> {
  readonly name: string;
  /** Empty for kinds that live in no namespace. */
  readonly namespace: string;
  readonly uid: string;
  /** The store's revision of the last change, as text. */
  readonly resourceVersion: string;
  /** RFC 3339, whole seconds of simulated time. */
  readonly creationTimestamp: string;
}

type Stored<T, Sure extends keyof T = never> = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
} & Omit<DeepReadonly<T>, "apiVersion" | "kind" | "metadata" | Sure> &
  Required<DeepReadonly<Pick<T, Sure>>>;

export type Pod = Stored<core.Pod, "spec">;
export type Service = Stored<core.Service, "spec">;
export type Node = Stored<core.Node, "spec">;
export type Namespace = Stored<core.Namespace>;
export type ConfigMap = Stored<core.ConfigMap>;
export type Secret = Stored<core.Secret>;
export type ServiceAccount = Stored<core.ServiceAccount>;
export type Deployment = Stored<apps.Deployment, "spec">;
export type ReplicaSet = Stored<apps.ReplicaSet, "spec">;
export type EndpointSlice = Stored<discovery.EndpointSlice>;
export type Lease = Stored<coordination.Lease>;

/** Every kind of object that the control plane knows, by the name its URLs have. */
export interface Kinds {
  readonly namespaces: Namespace;
  readonly nodes: Node;
  readonly pods: Pod;
  readonly services: Service;
  readonly configmaps: ConfigMap;
  readonly secrets: Secret;
  readonly serviceaccounts: ServiceAccount;
  readonly deployments: Deployment;
  readonly replicasets: ReplicaSet;
  readonly endpointslices: EndpointSlice;
  readonly leases: Lease;
}

export type Plural = keyof Kinds;
export type AnyObject = Kinds[Plural];

export type OwnerReference = DeepReadonly<Owner>;
export type PodSpec = DeepReadonly<core.PodSpec>;
export type PodStatus = DeepReadonly<core.PodStatus>;
export type PodTemplate = DeepReadonly<core.PodTemplateSpec>;
export type PodCondition = DeepReadonly<core.PodCondition>;
export type Container = DeepReadonly<core.Container>;
export type ContainerStatus = DeepReadonly<core.ContainerStatus>;
export type ContainerState = DeepReadonly<core.ContainerState>;
export type Probe = DeepReadonly<core.Probe>;
export type Taint = DeepReadonly<core.Taint>;
export type Toleration = DeepReadonly<core.Toleration>;
export type NodeCondition = DeepReadonly<core.NodeCondition>;
export type ServiceSpec = DeepReadonly<core.ServiceSpec>;
export type ServicePort = DeepReadonly<core.ServicePort>;
export type Endpoint = DeepReadonly<discovery.Endpoint>;
export type EndpointPort = DeepReadonly<discovery.EndpointPort>;
export type DeploymentSpec = DeepReadonly<apps.DeploymentSpec>;
export type DeploymentCondition = DeepReadonly<apps.DeploymentCondition>;
export type DeploymentStatus = DeepReadonly<apps.DeploymentStatus>;
export type ReplicaSetStatus = DeepReadonly<apps.ReplicaSetStatus>;

/** `namespace/name`, or the bare name of a cluster-wide object. */
export function keyOfObject(object: { readonly metadata: Metadata }): string {
  return objectKey(object.metadata.namespace, object.metadata.name);
}

export function objectKey(namespace: string, name: string): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

/** The owner that manages the object, if any. */
export function controllerOf(object: { readonly metadata: Metadata }): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}
