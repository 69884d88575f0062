import type { Endpoint } from "../services/types.js";
import { CHAIN, endpointChainName } from "./chain-names.js";
import type { ServiceContext } from "./context.js";
import type { Clause, KubeRule, KubeTarget } from "./rule.js";

/** Chains of the endpoints that this node uses for a Service port, by the endpoint's text. */
export type EndpointChains = ReadonlyMap<string, string>;

export function endpointChains({ port, categories }: ServiceContext): EndpointChains {
  const chains = new Map<string, string>();
  for (const { text } of categories.reachable) {
    chains.set(text, endpointChainName(port.label, port.protocol, text));
  }
  return chains;
}

/** The rules in each endpoint's chain. */
export function endpointRules(
  context: ServiceContext,
  chains: EndpointChains,
  own: KubeRule[],
): void {
  const { port, protocol, categories } = context;
  const about: readonly Clause[] = context.largeCluster
    ? []
    : [{ kind: "comment", text: port.label }];
  const plain = [...about, protocol];
  for (const { text, from } of categories.reachable) {
    const chain = chains.get(text) ?? "";
    own.push(
      {
        chain,
        clauses: [...about, { kind: "source", not: false, prefix: from.address }],
        target: TO_MASQUERADE,
        reason: "endpoint: its own packets to the Service are masqueraded",
      },
      {
        chain,
        clauses:
          port.affinitySeconds === undefined
            ? plain
            : [...about, { kind: "note-client", list: chain }, protocol],
        target: { kind: "dnat", endpoint: text },
        reason: "endpoint: the destination becomes its address and port",
      },
    );
  }
}

const TO_MASQUERADE: KubeTarget = { kind: "jump", chain: CHAIN.markMasquerade };

/**
 * Rules of an SVC or SVL chain: first clients that an endpoint has noted, then each endpoint with
 * odds of 1 in those still left, so that all have the same share (`writeServiceToEndpointRules`).
 */
export function policyChainRules(
  context: ServiceContext,
  chain: string,
  endpoints: readonly Endpoint[],
  chains: EndpointChains,
  own: KubeRule[],
): void {
  const { affinitySeconds: seconds } = context.port;
  if (seconds !== undefined) {
    for (const endpoint of endpoints) {
      const list = chains.get(endpoint.text) ?? "";
      own.push({
        chain,
        clauses: [...aboutEndpoint(context, endpoint), { kind: "recently-seen", list, seconds }],
        target: { kind: "jump", chain: list },
        reason: "session affinity: back to the endpoint that the client had",
      });
    }
  }
  let left = endpoints.length;
  for (const endpoint of endpoints) {
    const about = aboutEndpoint(context, endpoint);
    own.push({
      chain,
      clauses: left > 1 ? [...about, { kind: "chance", of: left }] : about,
      target: { kind: "jump", chain: chains.get(endpoint.text) ?? "" },
      reason:
        left > 1
          ? "load balancing: an equal share of what is left"
          : "load balancing: all that is left",
    });
    left--;
  }
}

function aboutEndpoint(
  { port, largeCluster }: ServiceContext,
  { text }: Endpoint,
): readonly Clause[] {
  return largeCluster ? [] : [{ kind: "comment", text: `${port.label} -> ${text}` }];
}
