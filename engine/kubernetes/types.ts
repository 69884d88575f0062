import type { Family } from "../net/ip.js";

/** TCP, UDP or SCTP: the protocols a Service port can have. */
export type TransportProtocol = "TCP" | "UDP" | "SCTP";
/** Protocols that a Service's port can be of. */
export const TRANSPORT_PROTOCOLS: readonly TransportProtocol[] = ["TCP", "UDP", "SCTP"];

/** A port of a Service. */
export interface ServicePortSpec {
  /** Empty when the port has no name. */
  readonly name: string;
  readonly protocol: TransportProtocol;
  /** 1 to 65535. */
  readonly port: number;
  /** 1 to 65535, or 0: none. */
  readonly nodePort: number;
  /** The number or name given; absent: the port itself. */
  readonly targetPort: number | string | undefined;
  /** Where it stands in `spec.ports`. */
  readonly index: number;
}

/** An address of a Service's load balancer. */
export interface LoadBalancerIngress {
  readonly ip: string;
  /** `VIP` (also when not given): traffic arrives with this address; `Proxy`: it does not. */
  readonly mode: "VIP" | "Proxy";
  readonly index: number;
}

/** A core/v1 Service, checked: the fields that a proxy reads, as they stand in the object. */
export interface ServiceObject {
  readonly kind: "Service";
  readonly namespace: string;
  readonly name: string;
  readonly type: "ClusterIP" | "NodePort" | "LoadBalancer" | "ExternalName";
  /** Has `service.kubernetes.io/service-proxy-name`: another proxy's. */
  readonly proxyName: boolean;
  /** Has the label `service.kubernetes.io/headless`. */
  readonly headlessLabel: boolean;
  /** As given; `None` for a headless Service, empty when not allocated yet. */
  readonly clusterIP: string;
  readonly clusterIPs: readonly string[];
  /** Empty for objects older than dual stack. */
  readonly ipFamilies: readonly Family[];
  readonly ports: readonly ServicePortSpec[];
  readonly externalIPs: readonly string[];
  readonly loadBalancerSourceRanges: readonly string[];
  readonly ingress: readonly LoadBalancerIngress[];
  readonly externalTrafficPolicy: "Cluster" | "Local";
  readonly internalTrafficPolicy: "Cluster" | "Local";
  /** 0: none. */
  readonly healthCheckNodePort: number;
  /** Seconds of ClientIP affinity; `undefined`: no affinity. */
  readonly affinitySeconds: number | undefined;
  readonly publishNotReadyAddresses: boolean;
  readonly trafficDistribution: string | undefined;
  /** `service.kubernetes.io/topology-aware-hints`, else `service.kubernetes.io/topology-mode`. */
  readonly topologyMode: string;
}

/** A port of an EndpointSlice. */
export interface SlicePort {
  readonly name: string;
  readonly protocol: TransportProtocol;
  /** 1 to 65535. */
  readonly port: number;
  readonly appProtocol: string | undefined;
}

/** An endpoint of an EndpointSlice. */
export interface SliceEndpoint {
  /**
   * The first address, as it stands; proxies use no other. Of the slice's family unless the slice
   * is faulty; IPv4 addresses are never in IPv6 form.
   */
  readonly address: string;
  /** All addresses joined by commas: what duplicates are ordered by. */
  readonly addresses: string;
  readonly nodeName: string | undefined;
  readonly zone: string | undefined;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  /** Zones that are to use it; empty: no hint. */
  readonly zoneHints: readonly string[];
  /** `namespace/name` of the Pod behind it, where told. */
  readonly pod: string | undefined;
}

/** A discovery.k8s.io/v1 EndpointSlice, or what a legacy Endpoints object says in its form. */
export interface EndpointSliceObject {
  readonly kind: "EndpointSlice";
  readonly namespace: string;
  readonly name: string;
  /** Of the label `kubernetes.io/service-name`; empty: none. */
  readonly service: string;
  readonly proxyName: boolean;
  readonly headlessLabel: boolean;
  /** `undefined`: FQDN, which no proxy uses. */
  readonly family: Family | undefined;
  readonly ports: readonly SlicePort[];
  readonly endpoints: readonly SliceEndpoint[];
  /**
   * Ports without a number and endpoints without an address, as JSON: they make no rules, but a
   * proxy that sees them change takes its Service for changed. Empty: none.
   */
  readonly unusable: string;
}

/** A core/v1 Endpoints object; it counts only where its Service has no EndpointSlice. */
export interface EndpointsObject {
  readonly kind: "Endpoints";
  readonly namespace: string;
  readonly name: string;
  readonly slices: readonly EndpointSliceObject[];
}

/** A Node, as far as a proxy looks at it. */
export interface NodeObject {
  readonly kind: "Node";
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly podCIDRs: readonly string[];
  /** InternalIP addresses, then the others. */
  readonly addresses: readonly string[];
  /** Those that are not InternalIP: often a cloud's, which no interface of the node holds. */
  readonly externalAddresses: readonly string[];
}

/** Kept for its names: rules know no Pods. */
export interface PodObject {
  readonly kind: "Pod";
  readonly namespace: string;
  readonly name: string;
  readonly nodeName: string | undefined;
  readonly hostNetwork: boolean;
  readonly addresses: readonly string[];
}

/** An object of a kind that a proxy watches. */
export type KubernetesObject =
  | ServiceObject
  | EndpointSliceObject
  | EndpointsObject
  | NodeObject
  | PodObject;

/** The kinds that a proxy watches. */
export type ObjectKind = KubernetesObject["kind"];

/** The good objects of an input, each kind in the order of the input. */
export interface KubernetesObjects {
  readonly services: readonly ServiceObject[];
  readonly endpointSlices: readonly EndpointSliceObject[];
  readonly endpoints: readonly EndpointsObject[];
  readonly nodes: readonly NodeObject[];
  readonly pods: readonly PodObject[];
}

/** `namespace/name`, or just the name of an object outside namespaces. */
export function nameOf(object: KubernetesObject): string {
  return object.kind === "Node" ? object.name : `${object.namespace}/${object.name}`;
}
