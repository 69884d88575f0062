import { CHAIN } from "./chain-names.js";
import { localClients, toAddress, type ServiceContext } from "./context.js";
import type { Clause, KubeRule } from "./rule.js";

const LOCAL_SOURCE: Clause = { kind: "local-source" };

/** Sends traffic to external IPs into the EXT chain; refuses what nothing would serve. */
export function externalIPDispatch(
  context: ServiceContext,
  dispatch: KubeRule[],
  filter: KubeRule[],
): void {
  const { port } = context;
  for (const address of port.externalIPs) {
    if (context.categories.any) {
      dispatch.push({
        chain: CHAIN.services,
        clauses: [
          { kind: "comment", text: `${port.label} external IP` },
          ...toAddress(context, address),
        ],
        target: { kind: "jump", chain: context.chains.external },
        reason: "external IP: to the Service's external chain",
      });
    }
    refuseExternal(context, toAddress(context, address), "external IP", filter);
  }
}

/** In filter, for what no short circuit of the EXT chain has sent to an endpoint. */
export function refuseExternal(
  { refuseExternal: refusal }: ServiceContext,
  packets: readonly Clause[],
  what: string,
  filter: KubeRule[],
): void {
  if (refusal === undefined) return;
  filter.push({
    chain: CHAIN.externalServices,
    clauses: [{ kind: "comment", text: refusal.comment }, ...packets],
    target: { kind: refusal.target },
    reason: `${what}: ${refusal.target} because ${refusal.comment}`,
  });
}

/** The EXT chain: masquerading, short circuits past policy Local, then the policy's endpoints. */
export function externalChainRules(context: ServiceContext, own: KubeRule[]): void {
  if (context.port.externalPolicyLocal) shortCircuits(context, own);
  else {
    own.push({
      chain: context.chains.external,
      clauses: [aboutExternal(context, "masquerade traffic for")],
      target: { kind: "jump", chain: CHAIN.markMasquerade },
      reason: "external traffic: masqueraded, as the endpoint may be on another node",
    });
  }
  if (context.refuseExternal !== undefined) return;
  own.push({
    chain: context.chains.external,
    clauses: [],
    target: { kind: "jump", chain: context.externalChain },
    reason: "external traffic: to the endpoints of the external traffic policy",
  });
}

/** Pods and the node itself reach every endpoint, as if by way of a load balancer outside. */
function shortCircuits(context: ServiceContext, own: KubeRule[]): void {
  const chain = context.chains.external;
  const toCluster = { kind: "jump", chain: context.chains.cluster } as const;
  const pods = localClients(context, false);
  if (pods !== undefined) {
    own.push({
      chain,
      clauses: [aboutExternal(context, "pod traffic for"), pods],
      target: toCluster,
      reason: "short circuit: Pods reach all endpoints in spite of policy Local",
    });
  }
  own.push(
    {
      chain,
      clauses: [aboutExternal(context, "masquerade LOCAL traffic for"), LOCAL_SOURCE],
      target: { kind: "jump", chain: CHAIN.markMasquerade },
      reason: "short circuit: the node's own packets are masqueraded",
    },
    {
      chain,
      clauses: [aboutExternal(context, "route LOCAL traffic for"), LOCAL_SOURCE],
      target: toCluster,
      reason: "short circuit: the node itself reaches all endpoints in spite of policy Local",
    },
  );
}

function aboutExternal({ port }: ServiceContext, what: string): Clause {
  return { kind: "comment", text: `${what} ${port.label} external destinations` };
}
