import type { Family } from "../net/ip.js";
import type { ServiceReading } from "../services/service-ports.js";

/** How Pods of this cluster (or node) are told from other clients (`LocalTrafficDetector`). */
export type LocalDetector =
  | { readonly kind: "none" }
  | { readonly kind: "source"; readonly prefix: string }
  /** A name, or a prefix ending in `+`. */
  | { readonly kind: "interface"; readonly name: string };

/** Addresses that node ports are served on. */
export type NodePortAddresses =
  | { readonly kind: "all" }
  | { readonly kind: "listed"; readonly addresses: readonly string[] };

/** All that kube-proxy's rules depend on besides objects, for one family of one node. */
export interface ProxySettings {
  readonly family: Family;
  /** `undefined`: no endpoint is known to be local. */
  readonly nodeName: string | undefined;
  /** The node's own address of this family; loopback when unknown, as in kube-proxy. */
  readonly nodeIP: string;
  readonly detector: LocalDetector;
  readonly masqueradeAll: boolean;
  /** A power of two, 1 to 2^31. */
  readonly masqueradeMark: number;
  /** In effect: asked for, IPv4, and a loopback address among those of the node ports. */
  readonly localhostNodePorts: boolean;
  readonly nodePorts: NodePortAddresses;
  /** Whether the node's iptables knows `MASQUERADE --random-fully`. */
  readonly randomFully: boolean;
  readonly tcpBeLiberal: boolean;
  /** Milliseconds; stale chains of large clusters are removed no more often. */
  readonly syncPeriod: number;
  readonly services: ServiceReading;
  readonly trafficDistribution: boolean;
  /** Chains of the nat table before the first sync. */
  readonly currentChains: readonly string[];
}
