import { categorize, type Categories } from "../services/categorize.js";
import {
  externallyAccessible,
  usesClusterEndpoints,
  usesLocalEndpoints,
} from "../services/service-ports.js";
import type { Belief, ServicePort } from "../services/types.js";
import { serviceChainNames, type ServiceChainNames } from "./chain-names.js";
import type { Clause } from "./rule.js";
import type { ProxySettings } from "./settings.js";

/** What holds for all Services of one sync. */
export interface SyncConditions {
  readonly settings: ProxySettings;
  readonly nodeLabels: Readonly<Record<string, string>>;
  /** More than 1,000 endpoints: rules for endpoints go without comments. */
  readonly largeCluster: boolean;
}

/** Why traffic to a Service address is refused, where it is. */
export interface Refusal {
  readonly target: "REJECT" | "DROP";
  readonly comment: string;
}

/** What is settled about one Service port before its rules are made (`syncProxyRules`). */
export interface ServiceContext extends SyncConditions {
  readonly port: ServicePort;
  readonly chains: ServiceChainNames;
  readonly categories: Categories;
  /** Chain of cluster IP traffic. */
  readonly internalChain: string;
  /** Chain that external traffic ends in, by way of the EXT chain. */
  readonly externalChain: string;
  readonly usesCluster: boolean;
  readonly usesLocal: boolean;
  readonly usesExternal: boolean;
  readonly usesFirewall: boolean;
  /** `undefined`: it is served. */
  readonly refuseInternal: Refusal | undefined;
  readonly refuseExternal: Refusal | undefined;
  /** `-m PROTOCOL -p PROTOCOL`. */
  readonly protocol: Clause;
}

export function serviceContext(belief: Belief, conditions: SyncConditions): ServiceContext {
  const { port } = belief;
  const { settings, nodeLabels, largeCluster } = conditions;
  const { trafficDistribution } = settings;
  const { topologyAwareHints } = settings.services;
  const vantage = { nodeLabels, topologyAwareHints, trafficDistribution };
  const categories = categorize(port, belief.endpoints, vantage);
  const chains = serviceChainNames(port.label, port.protocol);
  const refuse = (local: boolean) => refusal(port, categories, local);
  return {
    settings,
    nodeLabels,
    largeCluster,
    port,
    chains,
    categories,
    internalChain: port.internalPolicyLocal ? chains.local : chains.cluster,
    externalChain: port.externalPolicyLocal ? chains.local : chains.cluster,
    usesCluster: categories.cluster.length > 0 && usesClusterEndpoints(port),
    usesLocal: categories.local.length > 0 && usesLocalEndpoints(port),
    usesExternal: categories.any && externallyAccessible(port),
    usesFirewall:
      categories.any && port.loadBalancerVIPs.length > 0 && port.sourceRanges.length > 0,
    refuseInternal: refuse(port.internalPolicyLocal),
    refuseExternal: refuse(port.externalPolicyLocal),
    protocol: { kind: "protocol", protocol: port.protocol },
  };
}

/** No endpoint at all: clients are told. None on this node under policy Local: silence. */
function refusal(port: ServicePort, categories: Categories, local: boolean): Refusal | undefined {
  if (!categories.any) return { target: "REJECT", comment: `${port.label} has no endpoints` };
  if (local && categories.local.length === 0) {
    return { target: "DROP", comment: `${port.label} has no local endpoints` };
  }
  return undefined;
}

/** Packets to this address and the Service's port. */
export function toAddress(context: ServiceContext, address: string): readonly Clause[] {
  return [
    context.protocol,
    { kind: "destination", not: false, prefix: address },
    { kind: "destination-port", port: context.port.port },
  ];
}

/** The clause for clients that are Pods of this cluster, or with `not`, for all others. */
export function localClients({ settings }: SyncConditions, not: boolean): Clause | undefined {
  const { detector } = settings;
  switch (detector.kind) {
    case "none":
      return undefined;
    case "source":
      return { kind: "source", not, prefix: detector.prefix };
    case "interface":
      return { kind: "in-interface", not, name: detector.name };
    default:
      return detector satisfies never;
  }
}
