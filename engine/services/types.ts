import type { SliceEndpoint, TransportProtocol } from "../kubernetes/types.js";

/** What names a port of a Service in a proxy (kube-proxy's `ServicePortName`). */
export interface ServicePortName {
  readonly namespace: string;
  readonly name: string;
  /** Empty when the port has no name. */
  readonly port: string;
  readonly protocol: TransportProtocol;
}

/**
 * One port of one Service, in one family, as a proxy sees it (kube-proxy's
 * `BaseServicePortInfo`). Addresses are in their canonical text.
 */
export interface ServicePort {
  readonly name: ServicePortName;
  /** `namespace/name:port`, or `namespace/name` for a port without a name. */
  readonly label: string;
  readonly clusterIP: string;
  readonly port: number;
  /** `tcp`, `udp` or `sctp`. */
  readonly protocol: string;
  /** 0: none. */
  readonly nodePort: number;
  readonly externalIPs: readonly string[];
  /** Load-balancer addresses that packets carry when they come in. */
  readonly loadBalancerVIPs: readonly string[];
  /** Empty: any source. */
  readonly sourceRanges: readonly string[];
  /** 0: none. */
  readonly healthCheckNodePort: number;
  readonly externalPolicyLocal: boolean;
  readonly internalPolicyLocal: boolean;
  /** Seconds that a client keeps its endpoint; `undefined`: no affinity. */
  readonly affinitySeconds: number | undefined;
  readonly topologyMode: string;
}

/** An endpoint of a Service port as seen from one node. */
export interface Endpoint {
  /** `address:port`, an IPv6 address in brackets; the address as it stands in the slice. */
  readonly text: string;
  /** On this node. */
  readonly local: boolean;
  /** Address, conditions, zone and hints. */
  readonly from: SliceEndpoint;
}

/** A Service port and all its endpoints, usable or not, by `text`. */
export interface Belief {
  readonly port: ServicePort;
  readonly endpoints: readonly Endpoint[];
}
