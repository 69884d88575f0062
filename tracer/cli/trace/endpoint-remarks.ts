import type { KubernetesObjects, SliceEndpoint } from "../../../engine/kubernetes/types.js";
import { endingOf } from "../../diagnose/ending.js";
import type { OutcomeGroup } from "../../odds/group.js";
import type { Path } from "../../walk/result.js";

/** What the remarks know besides the packet's way. */
interface Known {
  readonly objects: KubernetesObjects;
  /** By the name that kube-proxy runs under. */
  readonly node: string | undefined;
}

/** As kube-proxy comments the rules by which it refuses a Service port's connections. */
const REFUSAL = /^(?<service>[^/\s]+\/[^:\s]+)(?::\S+)? has no (?<local>local )?endpoints$/;

/** Of a Service that was refused for want of endpoints: which the objects have, and where. */
export function endpointRemarks(groups: readonly OutcomeGroup[], known: Known): readonly string[] {
  return [...new Set(groups.flatMap(({ path }) => remarkOn(path, known) ?? []))];
}

function remarkOn(path: Path, { objects, node }: Known): string | undefined {
  const ending = endingOf(path);
  if (ending?.kind !== "rule") return undefined;
  const comment = ending.definition.matches.find((match) => match.name === "comment")?.comment;
  const parts = REFUSAL.exec(comment ?? "")?.groups;
  const service = parts?.["service"];
  if (service === undefined || !isGiven(service, objects)) return undefined;
  const endpoints = objects.endpointSlices
    .filter((slice) => `${slice.namespace}/${slice.service}` === service)
    .filter(({ family }) => family === path.first.family)
    .flatMap((slice) => slice.endpoints);
  if (parts?.["local"] === undefined) return withoutAny(service, endpoints);
  const external = ending.step.chain === "KUBE-EXTERNAL-SERVICES";
  return withoutLocal(service, endpoints, { node, external });
}

function isGiven(name: string, { services }: KubernetesObjects): boolean {
  return services.some((service) => `${service.namespace}/${service.name}` === name);
}

function withoutAny(service: string, endpoints: readonly SliceEndpoint[]): string {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  if (endpoints.length === 0) {
    return `endpoints: the EndpointSlices given hold none of ${service}: no Pod fits its selector, or none has an address yet`;
  }
  if (ready.length === 0) {
    const going = endpoints.filter(({ terminating }) => terminating).length;
    const ending = going === 0 ? "" : `, ${going} ending`;
    return `endpoints: none of the ${endpoints.length} of ${service} is ready${ending}`;
  }
  return `endpoints: ${ready.length} of ${service} are ready in the objects given, but none for this port when these rules were made; compare the ports' names`;
}

function withoutLocal(
  service: string,
  endpoints: readonly SliceEndpoint[],
  { node, external }: { readonly node: string | undefined; readonly external: boolean },
): string {
  const counts = new Map<string, number>();
  for (const { ready, nodeName } of endpoints) {
    if (!ready) continue;
    const place = nodeName ?? "no node that is named";
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  const places = [...counts].map(([name, count]) => `${count} on ${name}`).join(", ");
  const here = node === undefined ? "none on this node" : `none on ${node}`;
  const policy = external ? "externalTrafficPolicy" : "internalTrafficPolicy";
  return `endpoints: ${service} has ${places === "" ? "none that is ready" : `${places}, ${here}`}; under ${policy}: Local a node serves only by its own`;
}
