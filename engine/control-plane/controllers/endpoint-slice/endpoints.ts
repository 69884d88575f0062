import type { Family } from "../../../net/ip.js";
import { sameJson } from "../../json.js";
import type { Endpoint, EndpointPort, Node, Pod, Service, ServicePort } from "../../objects.js";
import { isOver, isReady, isTerminating } from "../../pods.js";

/** The endpoints of a Service that share one set of port numbers. */
export interface PortGroup {
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

/** Endpoints that were made before, by Pod: what has not changed is not made anew. */
export type KnownEndpoints = WeakMap<Pod, Endpoint>;

/** What endpoints are made of beside Services and Pods. */
export interface EndpointSources {
  /** Of which family their addresses are. */
  readonly family: Family;
  readonly nodeNamed: (name: string) => Node | undefined;
  readonly known: KnownEndpoints;
}

/**
 * What a Service's Pods amount to: one group for each way in which its named ports resolve
 * (`endpointslice.Reconciler`).
 */
export function groupsOf(
  service: Service,
  pods: readonly Pod[],
  sources: EndpointSources,
): readonly PortGroup[] {
  const groups = new Map<string, { ports: readonly EndpointPort[]; endpoints: Endpoint[] }>();
  for (const pod of pods) {
    const ip = ipOf(pod, sources.family);
    if (ip === undefined || isOver(pod)) continue;
    const ports = portsFor(service, pod);
    const key = portsKey(ports);
    const group = groups.get(key) ?? { ports, endpoints: [] };
    group.endpoints.push(endpointOf(service, pod, ip, sources));
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** One text for one set of ports, whatever their order. */
export function portsKey(ports: readonly EndpointPort[]): string {
  return ports
    .map((port) => `${port.name ?? ""}/${port.protocol ?? ""}/${port.port ?? ""}`)
    .sort()
    .join(",");
}

/** Whether a change of a Pod may change the endpoints that it is (`podEndpointsChanged`). */
export function isEndpointNews(pod: Pod, before: Pod | undefined): boolean {
  const ip = pod.status?.podIP;
  if (before === undefined) return ip !== undefined;
  return (
    ip !== before.status?.podIP ||
    isReady(pod) !== isReady(before) ||
    isOver(pod) !== isOver(before) ||
    isTerminating(pod) !== isTerminating(before) ||
    pod.spec.nodeName !== before.spec.nodeName ||
    !sameJson(pod.metadata.labels, before.metadata.labels)
  );
}

/** A Pod on its way out has its address until it is gone. */
function ipOf({ status }: Pod, family: Family): string | undefined {
  return (status?.podIPs ?? []).map(({ ip }) => ip).find((ip) => isOf(family, ip));
}

/** As cheap as can be, since it is asked of every Pod each time. */
function isOf(family: Family, ip: string | undefined): ip is string {
  return ip !== undefined && ip !== "" && ip.includes(":") === (family === 6);
}

function portsFor(service: Service, pod: Pod): readonly EndpointPort[] {
  return (service.spec.ports ?? []).flatMap((port) => {
    const number = targetPortOf(port, pod);
    if (number === undefined) return [];
    return [
      {
        name: port.name ?? "",
        protocol: port.protocol ?? "TCP",
        port: number,
        ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
      },
    ];
  });
}

/** The number that a Service's target port has in one Pod (`FindPort`). */
export function targetPortOf(port: ServicePort, pod: Pod): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === "number") return target;
  for (const container of pod.spec.containers) {
    for (const declared of container.ports ?? []) {
      const sameProtocol = (declared.protocol ?? "TCP") === (port.protocol ?? "TCP");
      if (declared.name === target && sameProtocol) return declared.containerPort;
    }
  }
  return undefined;
}

function endpointOf(
  service: Service,
  pod: Pod,
  ip: string,
  { nodeNamed, known }: EndpointSources,
): Endpoint {
  const serving = isReady(pod);
  const terminating = isTerminating(pod);
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const nodeName = pod.spec.nodeName;
  const node = nodeName === undefined ? undefined : nodeNamed(nodeName);
  const zone = node?.metadata.labels?.["topology.kubernetes.io/zone"];
  const { hostname, subdomain } = pod.spec;
  const named = hostname !== undefined && subdomain === service.metadata.name;
  const before = known.get(pod);
  const isAsBefore =
    before?.conditions?.ready === ready &&
    before.zone === zone &&
    (before.hostname !== undefined) === named;
  if (isAsBefore) return before;
  const made: Endpoint = {
    addresses: [ip],
    conditions: { ready, serving, terminating },
    ...(named ? { hostname } : {}),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(zone === undefined ? {} : { zone }),
    targetRef: {
      kind: "Pod",
      namespace: pod.metadata.namespace,
      name: pod.metadata.name,
      uid: pod.metadata.uid,
    },
  };
  known.set(pod, made);
  return made;
}

export const MAX_ENDPOINTS_PER_SLICE = 100;

/** A slice as it is, and what it is to hold; `undefined`: it is to go. */
export interface SliceChange<Slice> {
  readonly slice: Slice | undefined;
  readonly endpoints: readonly Endpoint[] | undefined;
}

/**
 * Fits endpoints into slices with as few writes as may be: those that are in a slice stay there,
 * new ones first go where a slice changes anyway, then where there is room, then into new slices.
 */
export function packSlices<Slice extends { readonly endpoints: readonly Endpoint[] }>(
  slices: readonly Slice[],
  wanted: readonly Endpoint[],
): readonly SliceChange<Slice>[] {
  const missing = new Map(wanted.map((endpoint) => [identityOf(endpoint), endpoint]));
  const kept = slices.map((slice) => {
    const endpoints: Endpoint[] = [];
    for (const endpoint of slice.endpoints) {
      const now = missing.get(identityOf(endpoint));
      if (now === undefined) continue;
      missing.delete(identityOf(endpoint));
      endpoints.push(now);
    }
    return { slice, endpoints, changed: !sameJson(endpoints, slice.endpoints) };
  });
  const added = [...missing.values()];
  const fullestFirst = kept.toSorted(
    (left, right) =>
      Number(right.changed) - Number(left.changed) ||
      right.endpoints.length - left.endpoints.length,
  );
  for (const target of fullestFirst) {
    if (!target.changed && added.length + target.endpoints.length > MAX_ENDPOINTS_PER_SLICE)
      continue;
    const room = MAX_ENDPOINTS_PER_SLICE - target.endpoints.length;
    const moved = added.splice(0, Math.max(0, room));
    target.endpoints.push(...moved);
    if (moved.length > 0) target.changed = true;
  }
  const changes: SliceChange<Slice>[] = kept
    .filter((target) => target.changed)
    .map(({ slice, endpoints }) => ({
      slice,
      endpoints: endpoints.length === 0 ? undefined : endpoints,
    }));
  while (added.length > 0) {
    changes.push({ slice: undefined, endpoints: added.splice(0, MAX_ENDPOINTS_PER_SLICE) });
  }
  return changes;
}

function identityOf(endpoint: Endpoint): string {
  return `${endpoint.targetRef?.uid ?? ""} ${endpoint.addresses.join(",")}`;
}
