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

/** RFC 1123 subdomains, and of namespaces and Service names a part of them. */
const NAME = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/;
/** What the API server lets be the name of a port, and somewhat more. */
const PORT_NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9]{0,61}[A-Za-z0-9])?$/;

/**
 * The name, and the namespace, which is `default` when not given; `undefined` without a sound
 * name. Names go into rules as they are, so nothing but what the API server allows may pass.
 */
export function readName(object: Fields): ObjectName | undefined {
  const metadata = object.inside("metadata");
  const name = metadata.text("name") ?? "";
  const namespace = metadata.text("namespace") ?? "default";
  if (name === "") {
    metadata.error("object-without-name", "the object has no metadata.name");
    return undefined;
  }
  if (NAME.test(name) && NAME.test(namespace)) return { name, namespace };
  const [key, text] = NAME.test(name) ? ["namespace", namespace] : ["name", name];
  const message = `${JSON.stringify(text)} is not a name: lower case letters, digits, "-" and "."`;
  metadata.error("bad-name", message, key);
  return undefined;
}

/** The name of a port of a Service or a slice; empty when it has none. */
export function readPortName(port: Fields): string {
  const name = port.text("name") ?? "";
  if (name === "" || PORT_NAME.test(name)) return name;
  const message = `${JSON.stringify(name)} is not a port name: letters, digits and "-"`;
  port.error("bad-name", message, "name");
  return "";
}
