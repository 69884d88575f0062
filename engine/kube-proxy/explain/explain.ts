import type { EndpointSliceObject, KubernetesObjects } from "../../kubernetes/types.js";
import { sliceCounts } from "../../services/endpoints.js";
import type { Belief } from "../../services/types.js";
import type { Compilation } from "../compile.js";
import { serviceRules, type ServiceRules } from "../service-rules.js";
import { encountersOf } from "./encounters.js";
import { explainEndpoints } from "./endpoints.js";
import type { ExplainedChain, ExplainedPort, ServiceExplanation } from "./types.js";

/** What the proxy believes about a Service and makes of it; `service` is `namespace/name`. */
export function explainService(compilation: Compilation, service: string): ServiceExplanation {
  const { objects } = compilation;
  const slices = slicesOf(objects, service);
  const counting = slices.filter((slice) => sliceCounts(slice));
  const ports = compilation.beliefs
    .filter(({ port }) => `${port.name.namespace}/${port.name.name}` === service)
    .map((belief) => explainPort(belief, compilation, counting));
  const known = objects.services.some(({ namespace, name }) => `${namespace}/${name}` === service);
  const noPorts = ports.length === 0 ? "it has no usable port" : undefined;
  return {
    service,
    skipped: known
      ? (compilation.skipped.get(service) ?? noPorts)
      : "there is no such Service among the objects",
    ports,
    ignoredSlices: ignored(objects, service),
  };
}

/** The Service's slices; where there are none, what its Endpoints object says. */
function slicesOf(objects: KubernetesObjects, service: string): readonly EndpointSliceObject[] {
  const own = objects.endpointSlices.filter((slice) => isOf(slice, service));
  if (own.some((slice) => sliceCounts(slice))) return own;
  return objects.endpoints
    .filter(({ namespace, name }) => `${namespace}/${name}` === service)
    .flatMap(({ slices }) => slices);
}

function isOf(slice: EndpointSliceObject, service: string): boolean {
  return slice.service !== "" && `${slice.namespace}/${slice.service}` === service;
}

/** Slices of the Service that do not count, and slices named like it that lack the label. */
function ignored(objects: KubernetesObjects, service: string): ServiceExplanation["ignoredSlices"] {
  return objects.endpointSlices.flatMap((slice) => {
    const named = `${slice.namespace}/${slice.name}`.startsWith(`${service}-`);
    if (!isOf(slice, service) && !(named && slice.service === "")) return [];
    const why = whyIgnored(slice);
    return why === undefined ? [] : [{ slice: slice.name, why }];
  });
}

function whyIgnored(slice: EndpointSliceObject): string | undefined {
  if (slice.service === "") return "it has no label kubernetes.io/service-name";
  if (slice.proxyName) return "label service-proxy-name: another proxy serves it";
  if (slice.headlessLabel) return "label service.kubernetes.io/headless";
  return slice.family === undefined ? "its addresses are names (FQDN)" : undefined;
}

function explainPort(
  belief: Belief,
  compilation: Compilation,
  slices: readonly EndpointSliceObject[],
): ExplainedPort {
  const { port } = belief;
  const rules = serviceRules(belief, compilation.conditions);
  return {
    label: port.label,
    protocol: port.protocol,
    port: port.port,
    nodePort: port.nodePort,
    clusterIP: port.clusterIP,
    externalIPs: port.externalIPs,
    loadBalancerIPs: port.loadBalancerVIPs,
    sourceRanges: port.sourceRanges,
    internalPolicy: port.internalPolicyLocal ? "Local" : "Cluster",
    externalPolicy: port.externalPolicyLocal ? "Local" : "Cluster",
    affinitySeconds: port.affinitySeconds,
    noTopology: rules.context.categories.noTopology,
    endpoints: explainEndpoints(belief, rules.context, slices),
    chains: chainsOf(rules),
    encounters: encountersOf(rules.context),
  };
}

function chainsOf({ context, chains, own }: ServiceRules): readonly ExplainedChain[] {
  const { chains: names } = context;
  const purposes = new Map([
    [names.external, "external traffic: masquerading and short circuits, then the endpoints"],
    [names.firewall, "load-balancer traffic: loadBalancerSourceRanges"],
    [names.cluster, "load balancing over all endpoints (policy Cluster)"],
    [names.local, "load balancing over this node's endpoints (policy Local)"],
  ]);
  return chains.map((name) => {
    const rules = own.filter((rule) => rule.chain === name);
    const target = rules.map((rule) => rule.target).find((end) => end?.kind === "dnat");
    const endpoint = target?.kind === "dnat" ? `to endpoint ${target.endpoint}` : "";
    return { name, purpose: purposes.get(name) ?? endpoint, rules: rules.length };
  });
}
