import type { Family } from "../net/ip.js";
import {
  cleanAddress,
  cleanPrefix,
  parseSloppyAddress,
  parseSloppyPrefix,
  sloppyFamily,
} from "../kubernetes/sloppy.js";
import type { ServiceObject, ServicePortSpec } from "../kubernetes/types.js";
import { familyOf } from "../net/ip.js";
import { compareNames, labelOf, portKey } from "./names.js";
import type { ServicePort, ServicePortName } from "./types.js";

/** What the reading of Services depends on. */
export interface ServiceReading {
  readonly family: Family;
  /** Gate `LoadBalancerIPMode` (KEP-1860), beta and on in 1.30. Off: every address counts. */
  readonly loadBalancerIPMode: boolean;
  /** Gate `TopologyAwareHints` (KEP-2433), on in 1.30. Off: zone hints are not even read. */
  readonly topologyAwareHints: boolean;
}

/** The ports of a Service by name and protocol, or why a proxy leaves it alone. */
export type ServicePorts =
  | { readonly ports: readonly ServicePort[]; readonly skipped: undefined }
  | { readonly ports: readonly []; readonly skipped: string };

function skip(reason: string): ServicePorts {
  return { ports: [], skipped: reason };
}

/** kube-proxy's `serviceToServiceMap`, and the label selector of its informers. */
export function servicePortsOf(service: ServiceObject, reading: ServiceReading): ServicePorts {
  if (service.proxyName) return skip("label service-proxy-name: another proxy serves it");
  if (service.headlessLabel) return skip("label service.kubernetes.io/headless");
  if (service.clusterIP === "None") return skip("headless: it has no cluster IP");
  if (service.clusterIP === "") return skip("its cluster IP is not allocated yet");
  if (service.type === "ExternalName") return skip("type ExternalName: DNS alone serves it");
  const clusterIP = clusterIPOf(service, reading.family);
  if (clusterIP === undefined) return skip(`it has no IPv${reading.family} cluster IP`);
  const shared = sharedParts(service, reading);
  const [only, ...others] = service.ports;
  if (only !== undefined && others.length === 0) {
    return { ports: [servicePort(service, only, clusterIP, shared)], skipped: undefined };
  }
  const ports = new Map<string, ServicePort>();
  for (const spec of service.ports) {
    ports.set(portKey(spec.name, spec.protocol), servicePort(service, spec, clusterIP, shared));
  }
  // Their order in the object means nothing: sorted, two versions compare as what they say.
  const sorted = [...ports.values()].sort((left, right) => compareNames(left.name, right.name));
  return { ports: sorted, skipped: undefined };
}

/** kube-proxy's `GetClusterIPByFamily`; objects older than dual stack have no `ipFamilies`. */
function clusterIPOf(service: ServiceObject, family: Family): string | undefined {
  const text =
    service.ipFamilies.length === 0
      ? service.clusterIP
      : service.clusterIPs[service.ipFamilies.indexOf(family)];
  const address = text === undefined ? undefined : parseSloppyAddress(text);
  return address !== undefined && familyOf(address) === family ? cleanAddress(address) : undefined;
}

type SharedParts = Pick<
  ServicePort,
  | "externalIPs"
  | "loadBalancerVIPs"
  | "sourceRanges"
  | "healthCheckNodePort"
  | "externalPolicyLocal"
  | "internalPolicyLocal"
  | "affinitySeconds"
  | "topologyMode"
>;

const NONE: readonly string[] = [];

/** What all ports of a Service have in common (`newBaseServiceInfo`). */
function sharedParts(service: ServiceObject, reading: ServiceReading): SharedParts {
  const { family } = reading;
  const externalPolicyLocal = isExternal(service) && service.externalTrafficPolicy === "Local";
  return {
    externalIPs: ofFamily(service.externalIPs, family),
    loadBalancerVIPs: service.ingress.length === 0 ? NONE : virtualIPs(service.ingress, reading),
    sourceRanges: sourceRangesOf(service, family),
    healthCheckNodePort:
      externalPolicyLocal && service.type === "LoadBalancer" ? service.healthCheckNodePort : 0,
    externalPolicyLocal,
    internalPolicyLocal: service.internalTrafficPolicy === "Local",
    affinitySeconds: service.affinitySeconds,
    topologyMode: service.topologyMode,
  };
}

function virtualIPs(
  ingress: ServiceObject["ingress"],
  { family, loadBalancerIPMode }: ServiceReading,
): readonly string[] {
  const counting = ingress.filter(({ mode }) => mode === "VIP" || !loadBalancerIPMode);
  return ofFamily(
    counting.map(({ ip }) => ip),
    family,
  );
}

/** `externalTrafficPolicy` counts for these alone (`apiservice.ExternallyAccessible`). */
function isExternal({ type, externalIPs }: ServiceObject): boolean {
  return type === "LoadBalancer" || type === "NodePort" || externalIPs.length > 0;
}

function ofFamily(addresses: readonly string[], family: Family): readonly string[] {
  if (addresses.length === 0) return NONE;
  return addresses.filter((address) => sloppyFamily(address) === family);
}

/** 1.30 keeps a range of length 0 like any other (later versions take it for no range at all). */
function sourceRangesOf(service: ServiceObject, family: Family): readonly string[] {
  if (service.loadBalancerSourceRanges.length === 0) return NONE;
  return service.loadBalancerSourceRanges.flatMap((text) => {
    const prefix = parseSloppyPrefix(text);
    return prefix !== undefined && familyOf(prefix.address) === family ? [cleanPrefix(prefix)] : [];
  });
}

function servicePort(
  service: ServiceObject,
  spec: ServicePortSpec,
  clusterIP: string,
  shared: SharedParts,
): ServicePort {
  const name: ServicePortName = {
    namespace: service.namespace,
    name: service.name,
    port: spec.name,
    protocol: spec.protocol,
  };
  return {
    name,
    label: labelOf(name),
    clusterIP,
    port: spec.port,
    protocol: spec.protocol.toLowerCase(),
    nodePort: spec.nodePort,
    // Named one by one: a spread takes ten times as long, once for each of a cluster's ports.
    externalIPs: shared.externalIPs,
    loadBalancerVIPs: shared.loadBalancerVIPs,
    sourceRanges: shared.sourceRanges,
    healthCheckNodePort: shared.healthCheckNodePort,
    externalPolicyLocal: shared.externalPolicyLocal,
    internalPolicyLocal: shared.internalPolicyLocal,
    affinitySeconds: shared.affinitySeconds,
    topologyMode: shared.topologyMode,
  };
}

/** Reachable by more than its cluster IP. */
export function externallyAccessible(port: ServicePort): boolean {
  return port.nodePort !== 0 || port.loadBalancerVIPs.length > 0 || port.externalIPs.length > 0;
}

/** Ever sends traffic to endpoints of the whole cluster, if only for short circuits. */
export function usesClusterEndpoints(port: ServicePort): boolean {
  return !port.internalPolicyLocal || externallyAccessible(port);
}

/** Ever sends traffic to endpoints of this node alone. */
export function usesLocalEndpoints(port: ServicePort): boolean {
  return port.internalPolicyLocal || (port.externalPolicyLocal && externallyAccessible(port));
}
