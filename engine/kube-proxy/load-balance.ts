import type { Endpoint } from "../services/types.js";
import { CHAIN, endpointChainName } from "./chain-names.js";
import type { ServiceContext } from "./context.js";
import type { Clause, KubeRule } from "./rule.js";

/** The chain of one endpoint and the rules in it. */
export interface EndpointChain {
  readonly chain: string;
  readonly rules: readonly [hairpin: KubeRule, translate: KubeRule];
}

/** By the endpoint's text: all endpoints that this node uses for the Service port. */
export function endpointChains(context: ServiceContext): ReadonlyMap<string, EndpointChain> {
  const { port, protocol } = context;
  const about: readonly Clause[] = context.largeCluster
    ? []
    : [{ kind: "comment", text: port.label }];
  const byText = new Map<string, EndpointChain>();
  for (const { text, address } of context.categories.reachable) {
    const chain = endpointChainName(port.label, port.protocol, text);
    const remember: readonly Clause[] =
      port.affinitySeconds === undefined ? [] : [{ kind: "note-client", list: chain }];
    byText.set(text, {
      chain,
      rules: [
        {
          chain,
          clauses: [...about, { kind: "source", not: false, prefix: address }],
          target: { kind: "jump", chain: CHAIN.markMasquerade },
          reason: "endpoint: its own packets to the Service are masqueraded",
        },
        {
          chain,
          clauses: [...about, ...remember, protocol],
          target: { kind: "dnat", endpoint: text },
          reason: "endpoint: the destination becomes its address and port",
        },
      ],
    });
  }
  return byText;
}

/**
 * Rules of an SVC or SVL chain: first clients that an endpoint has noted, then each endpoint with
 * odds of 1 in those still left, so that all have the same share (`writeServiceToEndpointRules`).
 */
export function policyChainRules(
  context: ServiceContext,
  chain: string,
  endpoints: readonly Endpoint[],
  chains: ReadonlyMap<string, EndpointChain>,
  own: KubeRule[],
): void {
  const { port } = context;
  const about = ({ text }: Endpoint): readonly Clause[] =>
    context.largeCluster ? [] : [{ kind: "comment", text: `${port.label} -> ${text}` }];
  const { affinitySeconds: seconds } = port;
  const count = endpoints.length;
  if (seconds !== undefined) {
    for (const endpoint of endpoints) {
      const list = chains.get(endpoint.text)?.chain ?? "";
      own.push({
        chain,
        clauses: [...about(endpoint), { kind: "recently-seen", list, seconds }],
        target: { kind: "jump", chain: list },
        reason: "session affinity: back to the endpoint that the client had",
      });
    }
  }
  for (const [index, endpoint] of endpoints.entries()) {
    const left = count - index;
    own.push({
      chain,
      clauses: left > 1 ? [...about(endpoint), { kind: "chance", of: left }] : about(endpoint),
      target: { kind: "jump", chain: chains.get(endpoint.text)?.chain ?? "" },
      reason:
        left > 1
          ? `load balancing: one in ${left} of what is left`
          : "load balancing: all that is left",
    });
  }
}
