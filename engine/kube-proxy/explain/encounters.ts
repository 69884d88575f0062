import type { Endpoint } from "../../services/types.js";
import type { ServiceContext } from "../context.js";
import type { Client, Encounter } from "./types.js";

const CLIENTS: readonly Client[] = ["Pod", "node", "outside"];

type End = Omit<Encounter, "client" | "destination">;

/** What each kind of client meets at each of the Service port's addresses. */
export function encountersOf(context: ServiceContext): readonly Encounter[] {
  const { port } = context;
  const at = (address: string) =>
    address.includes(":") ? `[${address}]:${port.port}` : `${address}:${port.port}`;
  const found: Encounter[] = [];
  const meet = (destination: string, end: (client: Client) => End) => {
    for (const client of CLIENTS) found.push({ client, destination, ...end(client) });
  };
  meet(`cluster IP ${at(port.clusterIP)}`, (client) => atClusterIP(context, client));
  for (const address of port.externalIPs) {
    meet(`external IP ${at(address)}`, (client) => atExternal(context, client, "forwarded"));
  }
  for (const address of port.loadBalancerVIPs) {
    meet(`load-balancer IP ${at(address)}`, (client) => atLoadBalancer(context, client));
  }
  if (port.nodePort !== 0) {
    meet(`node port ${port.nodePort}`, (client) => atExternal(context, client, "local"));
  }
  return found;
}

function ended(outcome: Exclude<Encounter["outcome"], "endpoints">, why: string): End {
  return { outcome, endpoints: [], masqueraded: false, why };
}

function reached(endpoints: readonly Endpoint[], masqueraded: boolean, why: string): End {
  return { outcome: "endpoints", endpoints: endpoints.map(({ text }) => text), masqueraded, why };
}

function atClusterIP(context: ServiceContext, client: Client): End {
  const { port, categories, settings, refuseInternal: refusal } = context;
  if (refusal !== undefined) {
    const outcome = refusal.target === "REJECT" ? "rejected" : "dropped";
    return ended(outcome, refusal.comment);
  }
  const endpoints = port.internalPolicyLocal ? categories.local : categories.cluster;
  if (settings.masqueradeAll) return reached(endpoints, true, "masqueradeAll is on");
  if (settings.detector.kind === "none") {
    return reached(endpoints, false, "nothing tells Pods from others, so nobody is masqueraded");
  }
  return client === "Pod"
    ? reached(endpoints, false, "Pods keep their address")
    : reached(endpoints, true, "not a Pod's address, so that answers come back this way");
}

/** `local`: the address is the node's own, so packets end in INPUT where filter refuses them. */
function atExternal(context: ServiceContext, client: Client, where: "local" | "forwarded"): End {
  const { port, categories, settings, refuseExternal: refusal } = context;
  const shortCircuit =
    port.externalPolicyLocal &&
    (client === "node" || (client === "Pod" && settings.detector.kind !== "none"));
  if (!categories.any || (refusal !== undefined && !shortCircuit)) {
    const why = refusal?.comment ?? "";
    if (client === "node" && where === "forwarded") {
      return ended("untranslated", `${why}; KUBE-EXTERNAL-SERVICES is not asked in OUTPUT`);
    }
    return ended(refusal?.target === "REJECT" ? "rejected" : "dropped", why);
  }
  if (!port.externalPolicyLocal) {
    return reached(categories.cluster, true, "the endpoint may be on another node");
  }
  if (shortCircuit) {
    const whose = client === "node" ? "the node's own packets" : "Pods' packets";
    return reached(categories.cluster, client === "node", `${whose} pass by policy Local`);
  }
  return reached(categories.local, false, "policy Local: only endpoints on this node");
}

function atLoadBalancer(context: ServiceContext, client: Client): End {
  const end = atExternal(context, client, "forwarded");
  if (!context.usesFirewall || end.outcome !== "endpoints") return end;
  const ranges = context.port.sourceRanges.join(", ");
  return { ...end, why: `from ${ranges}: ${end.why}; from elsewhere: dropped` };
}
