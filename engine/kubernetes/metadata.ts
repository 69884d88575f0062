import type { Fields } from "./shape.js";

export const LABELS = {
  /** KEP-2447: the Service and its slices belong to another proxy. */
  proxyName: "service.kubernetes.io/service-proxy-name",
  headless: "service.kubernetes.io/headless",
  serviceName: "kubernetes.io/service-name",
  zone: "topology.kubernetes.io/zone",
} as const;

export const ANNOTATIONS = {
  topologyHints: "service.kubernetes.io/topology-aware-hints",
  topologyMode: "service.kubernetes.io/topology-mode",
} as const;

export interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}

/** The name, and the namespace, which is `default` when not given; `undefined` without a name. */
export function readName(object: Fields): ObjectName | undefined {
  const metadata = object.inside("metadata");
  const name = metadata.text("name");
  const namespace = metadata.text("namespace") ?? "default";
  if (name !== undefined && name !== "") return { name, namespace };
  metadata.error("object-without-name", "the object has no metadata.name");
  return undefined;
}
