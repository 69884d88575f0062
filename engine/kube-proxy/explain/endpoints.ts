import type { EndpointSliceObject, SliceEndpoint } from "../../kubernetes/types.js";
import { LABELS } from "../../kubernetes/metadata.js";
import { usesClusterEndpoints } from "../../services/service-ports.js";
import type { Belief, Endpoint } from "../../services/types.js";
import type { ServiceContext } from "../context.js";
import type { ExplainedEndpoint } from "./types.js";

/** Every endpoint that the Service's slices list, those a port does not use included. */
export function explainEndpoints(
  belief: Belief,
  context: ServiceContext,
  slices: readonly EndpointSliceObject[],
): readonly ExplainedEndpoint[] {
  const known = new Map(belief.endpoints.map((endpoint) => [endpoint.from, endpoint]));
  return slices.flatMap((slice) =>
    slice.endpoints.map((from): ExplainedEndpoint => {
      const endpoint = known.get(from);
      const base = { slice: slice.name, node: from.nodeName, zone: from.zone, pod: from.pod };
      if (endpoint === undefined) {
        const why = whyNotListed(belief, context, slice, from);
        return { ...base, text: from.address, local: false, counts: false, why };
      }
      const { text, local } = endpoint;
      const use = useOf(endpoint, context);
      return use === undefined
        ? { ...base, text, local, counts: false, why: whyUnused(endpoint, belief, context) }
        : { ...base, text, local, counts: true, why: use };
    }),
  );
}

/** What the endpoint is used for; `undefined`: nothing. */
function useOf(endpoint: Endpoint, { categories, port }: ServiceContext): string | undefined {
  const cluster = categories.cluster.includes(endpoint);
  const local = categories.local.includes(endpoint);
  if (!cluster && !local) return undefined;
  const draining = `terminating, but nothing is ready${cluster ? "" : " here"}`;
  const state = endpoint.from.ready ? "ready" : draining;
  if (!port.internalPolicyLocal && !port.externalPolicyLocal) return state;
  if (local) return `${state}, on this node${cluster ? "" : ": policy Local alone"}`;
  return `${state}, on another node: not for policy Local`;
}

function whyUnused(
  { from, local }: Endpoint,
  belief: Belief,
  { categories, port, nodeLabels }: ServiceContext,
): string {
  if (!from.ready && !(from.serving && from.terminating)) {
    return from.terminating ? "terminating and no longer serving" : "not ready";
  }
  if (!from.ready) {
    return belief.endpoints.some((other) => other.from.ready)
      ? "terminating, and others are ready"
      : "terminating, and others serve on this node";
  }
  if (!usesClusterEndpoints(port) && !local) return "on another node, and the policy is Local";
  if (categories.noTopology === undefined) {
    return `its hints name zone ${from.zoneHints.join(", ")}, and the node is in ${nodeLabels[LABELS.zone] ?? "none"}`;
  }
  return "the same address and port is listed twice, and the other counts";
}

/** Why an endpoint of a slice is none of this port's. */
function whyNotListed(
  { port }: Belief,
  { settings }: ServiceContext,
  slice: EndpointSliceObject,
  from: SliceEndpoint,
): string {
  const family = from.address.includes(":") ? 6 : 4;
  if (family !== settings.family) return `IPv${family}, and these are IPv${settings.family} rules`;
  const { name } = port;
  const sameName = slice.ports.filter((other) => other.name === name.port);
  const wanted = name.port === "" ? "without a name" : `named ${name.port}`;
  if (sameName.length === 0) {
    const there = slice.ports.map((other) => other.name || "(no name)").join(", ");
    return `the slice has no port ${wanted}${there === "" ? "" : `, only ${there}`}`;
  }
  if (!sameName.some(({ protocol }) => protocol === name.protocol)) {
    return `the slice's port ${wanted} is ${sameName[0]?.protocol ?? "unknown"}, not ${name.protocol}`;
  }
  return "the same address and port is listed twice, and the other counts";
}
