import { humanDuration, parseTime } from "../clock.js";
import type { ConfigMap, Lease, Namespace, Node, Secret, ServiceAccount } from "../objects.js";
import { NONE, columns, type TableKind } from "./table.js";

export const NODES: TableKind<Node> = {
  columns: columns(
    ["Name", "Status", "Roles", "Age", "Version"],
    ["Internal-IP", "External-IP", "OS-Image", "Kernel-Version", "Container-Runtime"],
  ),
  cells: (node, now) => {
    const address = (type: string): string =>
      node.status?.addresses?.find((one) => one.type === type)?.address ?? NONE;
    const info = node.status?.nodeInfo;
    return [
      node.metadata.name,
      statusText(node),
      rolesText(node),
      humanDuration(now - parseTime(node.metadata.creationTimestamp)),
      info?.kubeletVersion ?? "",
      address("InternalIP"),
      address("ExternalIP"),
      info?.osImage ?? "<unknown>",
      info?.kernelVersion ?? "<unknown>",
      info?.containerRuntimeVersion ?? "<unknown>",
    ];
  },
};

function statusText(node: Node): string {
  const ready = node.status?.conditions?.find((condition) => condition.type === "Ready");
  const words = [ready === undefined ? "Unknown" : ready.status === "True" ? "Ready" : "NotReady"];
  if (node.spec.unschedulable === true) words.push("SchedulingDisabled");
  return words.join(",");
}

const ROLE = "node-role.kubernetes.io/";

function rolesText(node: Node): string {
  const roles = Object.keys(node.metadata.labels ?? {})
    .filter((label) => label.startsWith(ROLE))
    .map((label) => label.slice(ROLE.length))
    .sort();
  return roles.length === 0 ? NONE : roles.join(",");
}

export const NAMESPACES: TableKind<Namespace> = {
  columns: columns(["Name", "Status", "Age"]),
  cells: ({ metadata, status }, now) => [metadata.name, status?.phase ?? "", age(metadata, now)],
};

export const CONFIG_MAPS: TableKind<ConfigMap> = {
  columns: columns(["Name", "Data", "Age"]),
  cells: ({ metadata, data, binaryData }, now) => [
    metadata.name,
    Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
    age(metadata, now),
  ],
};

export const SECRETS: TableKind<Secret> = {
  columns: columns(["Name", "Type", "Data", "Age"]),
  cells: ({ metadata, type, data }, now) => [
    metadata.name,
    type ?? "Opaque",
    Object.keys(data ?? {}).length,
    age(metadata, now),
  ],
};

export const SERVICE_ACCOUNTS: TableKind<ServiceAccount> = {
  columns: columns(["Name", "Secrets", "Age"]),
  cells: ({ metadata, secrets }, now) => [metadata.name, secrets?.length ?? 0, age(metadata, now)],
};

export const LEASES: TableKind<Lease> = {
  columns: columns(["Name", "Holder", "Age"]),
  cells: ({ metadata, spec }, now) => [
    metadata.name,
    spec?.holderIdentity ?? "",
    age(metadata, now),
  ],
};

function age(metadata: { readonly creationTimestamp: string }, now: number): string {
  return humanDuration(now - parseTime(metadata.creationTimestamp));
}
