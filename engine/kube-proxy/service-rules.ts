import type { Belief } from "../services/types.js";
import { clusterIPDispatch, clusterIPMasquerade } from "./cluster-ip.js";
import { serviceContext, type ServiceContext, type SyncConditions } from "./context.js";
import { externalChainRules, externalIPDispatch } from "./external.js";
import { firewallRules, loadBalancerDispatch } from "./load-balancer.js";
import { endpointChains, endpointRules, policyChainRules } from "./load-balance.js";
import { healthCheckAccept, nodePortDispatch } from "./node-port.js";
import type { KubeRule } from "./rule.js";

/** All that one Service port adds to a sync, each list in the order in which it is written. */
export interface ServiceRules {
  readonly context: ServiceContext;
  /** Of filter: refusals, firewalls and health checks, in chains that all Services share. */
  readonly filter: readonly KubeRule[];
  /** Of nat: from the chains that all Services share into this Service's own. */
  readonly dispatch: readonly KubeRule[];
  /** Of nat: the Service's own chains, as they are declared. */
  readonly chains: readonly string[];
  /** Of nat: the rules in these chains. */
  readonly own: readonly KubeRule[];
}

/** The rules of one Service port. The order is kube-proxy's (`syncProxyRules`). */
export function serviceRules(belief: Belief, conditions: SyncConditions): ServiceRules {
  const context = serviceContext(belief, conditions);
  const filter: KubeRule[] = [];
  const dispatch: KubeRule[] = [];
  clusterIPDispatch(context, dispatch, filter);
  externalIPDispatch(context, dispatch, filter);
  loadBalancerDispatch(context, dispatch, filter);
  nodePortDispatch(context, dispatch, filter);
  healthCheckAccept(context, filter);
  const { chains: names, categories } = context;
  const chains: string[] = [];
  const own: KubeRule[] = [];
  clusterIPMasquerade(context, own);
  if (context.usesExternal) {
    chains.push(names.external);
    externalChainRules(context, own);
  }
  if (context.usesFirewall) {
    chains.push(names.firewall);
    firewallRules(context, own);
  }
  const endpoints = endpointChains(context);
  if (context.usesCluster) {
    chains.push(names.cluster);
    policyChainRules(context, names.cluster, categories.cluster, endpoints, own);
  }
  if (context.usesLocal) {
    chains.push(names.local);
    policyChainRules(context, names.local, categories.local, endpoints, own);
  }
  for (const chain of endpoints.values()) chains.push(chain);
  endpointRules(context, endpoints, own);
  return { context, filter, dispatch, chains, own };
}
