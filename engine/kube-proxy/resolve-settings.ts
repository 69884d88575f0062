import { fault, warning, type Checked, type Fault } from "../errors.js";
import { PRIMARY_ADDRESSES, type ProxyConfig } from "../kubernetes/proxy-config.js";
import {
  cleanAddress,
  cleanPrefix,
  parseSloppyAddress,
  parseSloppyPrefix,
} from "../kubernetes/sloppy.js";
import type { NodeObject } from "../kubernetes/types.js";
import { familyOf, type Address, type Family } from "../net/ip.js";
import {
  hostPrefix,
  lengthOfMask,
  parsePrefix,
  prefixContains,
  type Prefix,
} from "../net/prefix.js";
import type { LocalDetector, NodePortAddresses, ProxySettings } from "./settings.js";

/** What a command line tells beside the configuration file. */
export interface ProxyFlags {
  readonly family: Family;
  /** `undefined`: the configuration's hostnameOverride. */
  readonly node: string | undefined;
  /** The node's addresses, one a family; empty: unknown. */
  readonly nodeIPs: readonly string[];
  /** All addresses of the node's interfaces; `undefined`: unknown. */
  readonly addresses: readonly Address[] | undefined;
  readonly randomFully: boolean;
  /** Chains of the nat table before the first sync. */
  readonly currentChains: readonly string[];
}

/** Flags when none is given: IPv4, of no node in particular. */
export const DEFAULT_FLAGS: ProxyFlags = {
  family: 4,
  node: undefined,
  nodeIPs: [],
  addresses: undefined,
  randomFully: true,
  currentChains: [],
};

const LOOPBACK: Readonly<Record<Family, string>> = { 4: "127.0.0.1", 6: "::1" };
const LOOPBACK_RANGE = parsePrefix("127.0.0.0/8") ?? hostPrefix(0);

/** The name of the node that a proxy with these flags runs on. */
export function nodeNameOf(config: ProxyConfig, flags: ProxyFlags): string | undefined {
  return flags.node ?? (config.hostnameOverride === "" ? undefined : config.hostnameOverride);
}

/**
 * What a kube-proxy with this configuration and these flags works with. `node` is the Node object
 * of `nodeNameOf`, if there is one: NodeCIDR comes from it.
 */
export function resolveSettings(
  config: ProxyConfig,
  flags: ProxyFlags,
  node: NodeObject | undefined,
): Checked<ProxySettings> {
  const faults: Fault[] = [];
  const { family } = flags;
  const ports = nodePortPrefixes(config, flags);
  const gate = (name: string, otherwise: boolean) => config.featureGates[name] ?? otherwise;
  const settings: ProxySettings = {
    family,
    nodeName: nodeNameOf(config, flags),
    nodeIP: nodeIPOf(flags, faults),
    detector: detectorOf(config, family, node, faults),
    masqueradeAll: config.masqueradeAll,
    masqueradeMark: 2 ** config.masqueradeBit,
    localhostNodePorts: family === 4 && config.localhostNodePorts && ports.some(containsLoopback),
    nodePorts: nodePortsOf(config, flags, ports, faults),
    randomFully: flags.randomFully,
    tcpBeLiberal: config.tcpBeLiberal,
    syncPeriod: config.syncPeriod,
    services: {
      family,
      loadBalancerIPMode: gate("LoadBalancerIPMode", true),
      topologyAwareHints: gate("TopologyAwareHints", true),
    },
    trafficDistribution: gate("ServiceTrafficDistribution", false),
    currentChains: flags.currentChains,
  };
  return { value: settings, faults };
}

/** kube-proxy takes loopback for an address it does not know (`detectNodeIPs`). */
function nodeIPOf({ family, nodeIPs }: ProxyFlags, faults: Fault[]): string {
  const own: string[] = [];
  for (const text of nodeIPs) {
    const address = parseSloppyAddress(text);
    if (address === undefined) {
      const message = `${JSON.stringify(text)} is not an IP address`;
      faults.push(fault("bad-address", message, { field: "--node-ip" }));
    } else if (familyOf(address) === family) own.push(cleanAddress(address));
  }
  return own[0] ?? LOOPBACK[family];
}

function detectorOf(
  config: ProxyConfig,
  family: Family,
  node: NodeObject | undefined,
  faults: Fault[],
): LocalDetector {
  switch (config.detectLocalMode) {
    case "ClusterCIDR":
      return sourceDetector(config.clusterCIDRs, family);
    case "NodeCIDR": {
      if (node === undefined) {
        const message = "detectLocalMode NodeCIDR needs the Node object, which is not given";
        faults.push(warning("node-missing", message, { field: "detectLocalMode" }));
      }
      return sourceDetector(node?.podCIDRs ?? [], family);
    }
    case "BridgeInterface":
      return interfaceDetector(config.bridgeInterface);
    case "InterfaceNamePrefix":
      return interfaceDetector(
        config.interfaceNamePrefix === "" ? "" : `${config.interfaceNamePrefix}+`,
      );
    default:
      return config.detectLocalMode satisfies never;
  }
}

/** The first of the CIDRs that is of the family. */
function sourceDetector(cidrs: readonly string[], family: Family): LocalDetector {
  for (const cidr of cidrs) {
    const prefix = parseSloppyPrefix(cidr);
    if (prefix !== undefined && familyOf(prefix.address) === family) {
      return { kind: "source", prefix: cleanPrefix(prefix) };
    }
  }
  return { kind: "none" };
}

function interfaceDetector(name: string): LocalDetector {
  return name === "" ? { kind: "none" } : { kind: "interface", name };
}

/** The configured CIDRs of the family; all addresses when there is none (`NewNodePortAddresses`). */
function nodePortPrefixes(config: ProxyConfig, flags: ProxyFlags): readonly Prefix[] {
  const { family, nodeIPs } = flags;
  const primary = config.nodePortAddresses[0] === PRIMARY_ADDRESSES;
  const given = primary
    ? nodeIPs.map(primaryPrefix)
    : config.nodePortAddresses.map(parseSloppyPrefix);
  const own: Prefix[] = [];
  for (const prefix of given) {
    if (prefix === undefined || familyOf(prefix.address) !== family) continue;
    own.push(prefix);
    // Whatever comes after one that matches everything is not looked at.
    if (isZero(prefix)) break;
  }
  return own.length > 0 ? own : [zeroPrefix(family)];
}

/** Loopback stands for an address that is not known, and is not served on. */
function primaryPrefix(text: string): Prefix | undefined {
  const address = parseSloppyAddress(text);
  return address === undefined || isLoopback(address) ? undefined : hostPrefix(address);
}

function zeroPrefix(family: Family): Prefix {
  return family === 4 ? { address: 0, mask: 0 } : { address: 0n, mask: 0n };
}

function isZero({ mask }: Prefix): boolean {
  return lengthOfMask(mask) === 0;
}

/** A loopback address itself, or a range with 127.0.0.0 in it. */
function containsLoopback(prefix: Prefix): boolean {
  return (
    prefixContains(LOOPBACK_RANGE, prefix.address) || prefixContains(prefix, LOOPBACK_RANGE.address)
  );
}

function nodePortsOf(
  config: ProxyConfig,
  flags: ProxyFlags,
  prefixes: readonly Prefix[],
  faults: Fault[],
): NodePortAddresses {
  if (prefixes.some(isZero)) return { kind: "all" };
  if (flags.addresses === undefined) {
    const message = "nodePortAddresses picks among the node's addresses, which are not given";
    faults.push(warning("addresses-missing", message, { field: "nodePortAddresses" }));
  }
  const loopbackToo = config.localhostNodePorts && prefixes.some(containsLoopback);
  const chosen = (flags.addresses ?? []).filter(
    (address) =>
      prefixes.some((prefix) => prefixContains(prefix, address)) &&
      (!isLoopback(address) || (flags.family === 4 && loopbackToo)),
  );
  const sorted = [...new Set(chosen)].sort((left, right) => (left < right ? -1 : 1));
  return { kind: "listed", addresses: sorted.map(cleanAddress) };
}

function isLoopback(address: Address): boolean {
  return address === 1n || prefixContains(LOOPBACK_RANGE, address);
}
