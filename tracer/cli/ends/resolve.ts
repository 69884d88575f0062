import {
  familyOf,
  formatAddress,
  parseAddress,
  type Address,
  type Family,
} from "../../../engine/net/ip.js";
import type { KubernetesObjects, ServiceObject } from "../../../engine/kubernetes/types.js";
import type { End } from "./parse.js";

/** An end with its address, and what had to be supposed to find it. */
export interface ResolvedEnd {
  readonly address: Address;
  readonly port: number | undefined;
  /** The node that the end is or lies on, where the objects tell. */
  readonly node: string | undefined;
  readonly notes: readonly string[];
}

export interface Resolution {
  readonly objects: KubernetesObjects;
  /** Of the other end or of `--family`; `undefined`: the first that there is. */
  readonly family: Family | undefined;
}

/** Documentation addresses (RFC 5737, RFC 3849) that no cluster uses, for a client out there. */
export const EXTERNAL_CLIENT: Readonly<Record<Family, string>> = {
  4: "203.0.113.7",
  6: "2001:db8:ffff::7",
};

/** The address behind an end, or a sentence on why there is none. */
export function resolveEnd(end: End, { objects, family }: Resolution): ResolvedEnd | string {
  switch (end.kind) {
    case "address":
      return ofNodesOutside(end.address, end.port, objects);
    case "external": {
      const text = EXTERNAL_CLIENT[family ?? 4];
      const note = `a client outside the cluster stands for any: ${text}`;
      return resolved([text], end.port, undefined, family, [note]) ?? noAddress("external", family);
    }
    case "node": {
      const node = objects.nodes.find(({ name }) => name === end.name);
      if (node === undefined)
        return missing(
          "node",
          end.name,
          objects.nodes.map(({ name }) => name),
        );
      return (
        resolved(node.addresses, end.port, node.name, family) ??
        noAddress(`node ${end.name}`, family)
      );
    }
    case "pod":
      return resolvePod(`${end.namespace}/${end.name}`, end.port, objects, family);
    case "service":
      return resolveService(end, objects, family);
  }
}

/** A cloud gives a node's external address to no interface; its router hands packets to the node. */
function ofNodesOutside(
  address: Address,
  port: number | undefined,
  { nodes }: KubernetesObjects,
): ResolvedEnd {
  const text = formatAddress(address);
  const owner = nodes.find(({ externalAddresses }) => externalAddresses.includes(text));
  const inside = owner?.addresses.find(
    (candidate) =>
      !owner.externalAddresses.includes(candidate) &&
      familyOf(parseAddress(candidate) ?? 0) === familyOf(address),
  );
  const translated = inside === undefined ? undefined : parseAddress(inside);
  if (owner === undefined || translated === undefined) {
    const node = nodes.find(({ addresses }) => addresses.includes(text));
    return { address, port, node: node?.name, notes: [] };
  }
  const note = `${text} is an outside address of node ${owner.name}; packets to it are taken to arrive at ${inside}`;
  return { address: translated, port, node: owner.name, notes: [note] };
}

function resolvePod(
  name: string,
  port: number | undefined,
  objects: KubernetesObjects,
  family: Family | undefined,
): ResolvedEnd | string {
  const pod = objects.pods.find((candidate) => `${candidate.namespace}/${candidate.name}` === name);
  const endpoints = objects.endpointSlices
    .flatMap((slice) => slice.endpoints)
    .filter((endpoint) => endpoint.pod === name);
  const addresses = [...(pod?.addresses ?? []), ...endpoints.map(({ address }) => address)];
  if (pod === undefined && endpoints.length === 0) {
    const known = objects.endpointSlices.flatMap(({ endpoints: list }) =>
      list.flatMap((e) => e.pod ?? []),
    );
    const pods = objects.pods.map((other) => `${other.namespace}/${other.name}`);
    return missing("pod", name, [...new Set([...pods, ...known])]);
  }
  const node = pod?.nodeName ?? endpoints.find(({ nodeName }) => nodeName !== undefined)?.nodeName;
  return resolved(addresses, port, node, family) ?? noAddress(`pod ${name}`, family);
}

function resolveService(
  end: Extract<End, { kind: "service" }>,
  objects: KubernetesObjects,
  family: Family | undefined,
): ResolvedEnd | string {
  const name = `${end.namespace}/${end.name}`;
  const service = objects.services.find((other) => `${other.namespace}/${other.name}` === name);
  if (service === undefined) {
    return missing(
      "service",
      name,
      objects.services.map((other) => `${other.namespace}/${other.name}`),
    );
  }
  const port = portOfService(service, end.port);
  if (typeof port === "string") return port;
  return (
    resolved([...service.clusterIPs, service.clusterIP], port, undefined, family) ??
    noAddress(`service ${name}`, family)
  );
}

function portOfService(service: ServiceObject, wanted: string | undefined): number | string {
  const [only] = service.ports;
  if (wanted === undefined && service.ports.length === 1 && only !== undefined) return only.port;
  const found = service.ports.find(({ port, name }) => wanted === String(port) || wanted === name);
  // A port that the Service lacks is a fair question too: what becomes of such a packet?
  if (found === undefined && wanted !== undefined && /^\d{1,5}$/.test(wanted))
    return Number(wanted);
  if (found !== undefined) return found.port;
  const list = service.ports.map(({ port, name }) =>
    name === "" ? String(port) : `${name} (${port})`,
  );
  return `service ${service.namespace}/${service.name} has ${wanted === undefined ? "several ports" : `no port ${wanted}`}: ${list.join(", ")}`;
}

function resolved(
  texts: readonly string[],
  port: number | undefined,
  node: string | undefined,
  family: Family | undefined,
  notes: readonly string[] = [],
): ResolvedEnd | undefined {
  for (const text of texts) {
    const address = parseAddress(text);
    if (address === undefined || (family !== undefined && familyOf(address) !== family)) continue;
    return { address, port, node, notes };
  }
  return undefined;
}

function noAddress(what: string, family: Family | undefined): string {
  return `${what} has no ${family === undefined ? "" : `IPv${family} `}address`;
}

function missing(kind: string, name: string, known: readonly string[]): string {
  if (known.length === 0)
    return `there is no ${kind} ${name}: the input holds no ${kind} at all (-f names files)`;
  const shown = known.slice(0, 5).join(", ");
  return `there is no ${kind} ${name}; there are ${known.length}: ${shown}${known.length > 5 ? ", ..." : ""}`;
}
