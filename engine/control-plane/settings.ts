import type { Fault } from "../errors.js";
import { fault } from "../errors.js";
import type { Family } from "../net/ip.js";
import { networksOf } from "./networks.js";

/** What a cluster is built with: the flags of its components. */
export interface ClusterSettings {
  /**
   * Addresses of Services (`--service-cluster-ip-range`). This and the networks below: one, or one
   * of each family with a comma between, the cluster's primary family first.
   */
  readonly serviceCidr: string;
  /** Addresses of Pods (`--cluster-cidr`). */
  readonly podCidr: string;
  /** Length of each node's share of it (`--node-cidr-mask-size-ipv4`). */
  readonly nodeCidrMaskSize: number;
  /** The same for IPv6 (`--node-cidr-mask-size-ipv6`). */
  readonly nodeCidrMaskSizeIPv6: number;
  /** Nodes' own addresses. */
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
  nodeCidrMaskSizeIPv6: 64,
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

/** The same networks for IPv6: local addresses, so that nobody else has them. */
const IPV6 = {
  serviceCidr: "fd00:10:100::/108",
  podCidr: "fd00:10::/48",
  nodeNetwork: "fd00:192:168::/64",
  loadBalancerCidr: "2001:db8:cb00:7100::/112",
} as const;

export const FAMILY_CHOICES = ["ipv4", "ipv6", "dual"] as const;
export type FamilyChoice = (typeof FAMILY_CHOICES)[number];

/** The default networks of a cluster of these families. */
export function settingsFor(families: FamilyChoice): ClusterSettings {
  const settings = DEFAULT_SETTINGS;
  if (families === "ipv4") return settings;
  if (families === "ipv6") return { ...settings, ...IPV6 };
  return {
    ...settings,
    serviceCidr: `${settings.serviceCidr},${IPV6.serviceCidr}`,
    podCidr: `${settings.podCidr},${IPV6.podCidr}`,
    nodeNetwork: `${settings.nodeNetwork},${IPV6.nodeNetwork}`,
    loadBalancerCidr: `${settings.loadBalancerCidr},${IPV6.loadBalancerCidr}`,
  };
}

/** The families of a cluster, its primary one first. */
export function familiesOf({ serviceCidr }: ClusterSettings): readonly Family[] {
  return networksOf(serviceCidr).map(({ family }) => family);
}

/** How long each node's share of the Pods' addresses is. */
export function shareLength(settings: ClusterSettings, family: Family): number {
  return family === 4 ? settings.nodeCidrMaskSize : settings.nodeCidrMaskSizeIPv6;
}

const NETWORKS = [
  "serviceCidr",
  "podCidr",
  "nodeNetwork",
  "loadBalancerCidr",
] as const satisfies readonly (keyof ClusterSettings)[];

/** Least lengths of a range of cluster IPs, as the API server wants them. */
const WIDEST_SERVICES = { 4: 12, 6: 108 } as const;
const LONGEST_SHARE = { 4: 30, 6: 126 } as const;
/** How many bits may tell the nodes' shares apart (`--node-cidr-mask-size`). */
const MOST_SHARE_BITS = 16;

export function settingsFaults(settings: ClusterSettings): readonly Fault[] {
  const faults: Fault[] = [];
  for (const field of NETWORKS) {
    const wrong = whyNoNetworks(settings[field]);
    if (wrong !== undefined) faults.push(fault("bad-network", wrong, { field }));
  }
  if (faults.length > 0) return faults;
  const families = familiesOf(settings);
  for (const field of NETWORKS) {
    const own = networksOf(settings[field]).map(({ family }) => family);
    if (own.join() === families.join()) continue;
    const message = `${settings[field]} and ${settings.serviceCidr} are not of the same families, in the same order`;
    faults.push(fault("mixed-families", message, { field }));
  }
  for (const { family, length, text } of networksOf(settings.serviceCidr)) {
    if (length >= WIDEST_SERVICES[family]) continue;
    const message = `${text} is too wide for Services: /${WIDEST_SERVICES[family]} or narrower`;
    faults.push(fault("bad-network", message, { field: "serviceCidr" }));
  }
  for (const { family, length, text } of networksOf(settings.podCidr)) {
    const share = shareLength(settings, family);
    const longest = Math.min(LONGEST_SHARE[family], length + MOST_SHARE_BITS);
    if (share >= length && share <= longest) continue;
    const message = `a node's share of ${text} must be /${length} to /${longest}, not /${share}`;
    faults.push(fault("bad-mask-size", message, { field: "nodeCidrMaskSize" }));
  }
  return faults;
}

function whyNoNetworks(text: string): string | undefined {
  const parts = text.split(",");
  const found = networksOf(text);
  if (found.length < parts.length || parts.length > 2) {
    return `${text} is no network such as 10.0.0.0/16 or fd00::/48, nor one of each with a comma between`;
  }
  const [first, second] = found;
  return second !== undefined && first?.family === second.family
    ? `${text} are two networks of one family`
    : undefined;
}
