import { parseSloppyAddress, parseSloppyPrefix } from "../kubernetes/sloppy.js";
import { prefixContains } from "../net/prefix.js";
import { CHAIN } from "./chain-names.js";
import { toAddress, type ServiceContext } from "./context.js";
import { refuseExternal } from "./external.js";
import type { KubeRule } from "./rule.js";

/** Sends traffic to load-balancer addresses on, past the source ranges where there are any. */
export function loadBalancerDispatch(
  context: ServiceContext,
  dispatch: KubeRule[],
  filter: KubeRule[],
): void {
  const { port, chains } = context;
  for (const address of port.loadBalancerVIPs) {
    const packets = toAddress(context, address);
    if (context.categories.any) {
      dispatch.push({
        chain: CHAIN.services,
        clauses: [{ kind: "comment", text: `${port.label} loadbalancer IP` }, ...packets],
        target: {
          kind: "jump",
          chain: context.usesFirewall ? chains.firewall : chains.external,
        },
        reason: context.usesFirewall
          ? "load-balancer IP: first through loadBalancerSourceRanges"
          : "load-balancer IP: to the Service's external chain",
      });
    }
    if (context.usesFirewall) {
      filter.push({
        chain: CHAIN.proxyFirewall,
        clauses: [
          { kind: "comment", text: `${port.label} traffic not accepted by ${chains.firewall}` },
          ...packets,
        ],
        target: { kind: "DROP" },
        reason: "load-balancer IP: DROP of what no source range let through",
      });
    }
  }
  for (const address of port.loadBalancerVIPs) {
    refuseExternal(context, toAddress(context, address), "load-balancer IP", filter);
  }
}

/** The FW chain: each source range goes on to the EXT chain, the rest falls to filter. */
export function firewallRules(context: ServiceContext, own: KubeRule[]): void {
  const { port, chains } = context;
  const allow = (prefix: string, reason: string) => {
    own.push({
      chain: chains.firewall,
      clauses: [
        { kind: "comment", text: `${port.label} loadbalancer IP` },
        { kind: "source", not: false, prefix },
      ],
      target: { kind: "jump", chain: chains.external },
      reason,
    });
  };
  for (const range of port.sourceRanges) allow(range, "source range: let through");
  if (allowsNode(context)) {
    // A node that has the address as its own sends with it as source.
    for (const address of port.loadBalancerVIPs) {
      allow(address, "source range: the node is in one, and may send from the address itself");
    }
  }
  own.push({
    chain: chains.firewall,
    clauses: [
      {
        kind: "comment",
        text: `other traffic to ${port.label} will be dropped by ${CHAIN.proxyFirewall}`,
      },
    ],
    target: undefined,
    reason: "source range: the rest is not translated, and dropped in filter",
  });
}

function allowsNode({ port, settings }: ServiceContext): boolean {
  const node = parseSloppyAddress(settings.nodeIP);
  return port.sourceRanges.some((range) => {
    const prefix = parseSloppyPrefix(range);
    return prefix !== undefined && node !== undefined && prefixContains(prefix, node);
  });
}
