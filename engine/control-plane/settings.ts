import type { Fault } from "../errors.js";
import { fault } from "../errors.js";
import { lengthOfMask, parsePrefix, type Prefix } from "../net/prefix.js";

/** What a cluster is built with: the flags of its components. */
export interface ClusterSettings {
  /** Addresses of Services, IPv4, at most /12 wide (`--service-cluster-ip-range`). */
  readonly serviceCidr: string;
  /** Addresses of Pods, IPv4 (`--cluster-cidr`). */
  readonly podCidr: string;
  /** Length of each node's share of it, 16 to 30 (`--node-cidr-mask-size`). */
  readonly nodeCidrMaskSize: number;
  /** Nodes' own addresses, IPv4. */
  readonly nodeNetwork: string;
  /** Ends included (`--service-node-port-range`). */
  readonly nodePorts: { readonly min: number; readonly max: number };
  /** Where the cloud takes load balancers' addresses from. */
  readonly loadBalancerCidr: string;
  /** What each node has to give. */
  readonly nodeCapacity: { readonly cpu: string; readonly memory: string; readonly pods: string };
  readonly timing: Timing;
  readonly luck: Luck;
}

/**
 * What chance falls on: wherever it decides among several that would do as well, the first of
 * these that is among them. Where none is, real chance decides.
 */
export interface Luck {
  readonly clusterIPs: readonly string[];
  readonly nodePorts: readonly number[];
  /** Names of nodes, for the scheduler. */
  readonly nodes: readonly string[];
}

export const NO_LUCK: Luck = { clusterIPs: [], nodePorts: [], nodes: [] };

/** All in milliseconds. */
export interface Timing {
  /** From a change in the store until a component that watches acts on it: at least, and at most. */
  readonly watchDelay: { readonly min: number; readonly max: number };
  /** Least time between two syncs of a proxy (`iptables.minSyncPeriod`). */
  readonly proxyMinSyncPeriod: number;
  /** How long a proxy's sync takes until its rules are in the kernel. */
  readonly proxySyncDuration: number;
  readonly imagePull: number;
  readonly containerStart: number;
  /** How often a kubelet renews its node's Lease. */
  readonly nodeHeartbeat: number;
  /** Silence after which a node counts as lost (`--node-monitor-grace-period`). */
  readonly nodeMonitorGrace: number;
  readonly nodeMonitorPeriod: number;
  /** How long the cloud takes to build a load balancer. */
  readonly loadBalancer: number;
  /** First wait before a crashed container starts again; it doubles up to `restartBackoffMax`. */
  readonly restartBackoff: number;
  readonly restartBackoffMax: number;
}

/** The chapter's addresses; the components' own default times. */
export const DEFAULT_SETTINGS: ClusterSettings = {
  serviceCidr: "10.100.0.0/16",
  podCidr: "10.0.0.0/16",
  nodeCidrMaskSize: 24,
  nodeNetwork: "192.168.0.0/16",
  nodePorts: { min: 30000, max: 32767 },
  loadBalancerCidr: "203.0.113.0/24",
  nodeCapacity: { cpu: "8", memory: "32Gi", pods: "110" },
  timing: {
    watchDelay: { min: 5, max: 20 },
    proxyMinSyncPeriod: 1000,
    proxySyncDuration: 50,
    imagePull: 1000,
    containerStart: 200,
    nodeHeartbeat: 10_000,
    nodeMonitorGrace: 40_000,
    nodeMonitorPeriod: 5000,
    loadBalancer: 2000,
    restartBackoff: 10_000,
    restartBackoffMax: 300_000,
  },
  luck: NO_LUCK,
};

export function settingsFaults(settings: ClusterSettings): readonly Fault[] {
  const faults: Fault[] = [];
  const networks = [
    "serviceCidr",
    "podCidr",
    "nodeNetwork",
    "loadBalancerCidr",
  ] as const satisfies readonly (keyof ClusterSettings)[];
  for (const field of networks) {
    if (ipv4Network(settings[field]) !== undefined) continue;
    const message = `${settings[field]} is no IPv4 network such as 10.0.0.0/16`;
    faults.push(fault("bad-network", message, { field }));
  }
  const pods = ipv4Network(settings.podCidr);
  const size = settings.nodeCidrMaskSize;
  if (pods !== undefined && !(size >= pods.length && size <= 30)) {
    const message = `a node's share of ${settings.podCidr} must be /${pods.length} to /30, not /${size}`;
    faults.push(fault("bad-mask-size", message, { field: "nodeCidrMaskSize" }));
  }
  return faults;
}

export interface Network {
  /** First address, as a number. */
  readonly first: number;
  /** How many addresses. */
  readonly size: number;
  readonly length: number;
  readonly prefix: Prefix;
}

/** An IPv4 network in numbers; `undefined` for anything else. */
export function ipv4Network(text: string): Network | undefined {
  const prefix = text.includes("/") ? parsePrefix(text) : undefined;
  if (prefix === undefined || typeof prefix.address !== "number") return undefined;
  const length = lengthOfMask(prefix.mask);
  if (length === undefined) return undefined;
  return { first: prefix.address, size: 2 ** (32 - length), length, prefix };
}
