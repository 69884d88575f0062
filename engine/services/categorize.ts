import { LABELS } from "../kubernetes/metadata.js";
import { compareText } from "./names.js";
import { usesClusterEndpoints, usesLocalEndpoints } from "./service-ports.js";
import type { Endpoint, ServicePort } from "./types.js";

/** What choosing among endpoints depends on. */
export interface Vantage {
  readonly nodeLabels: Readonly<Record<string, string>>;
  /** Gate `TopologyAwareHints` (KEP-2433), on in 1.30. */
  readonly topologyAwareHints: boolean;
  /** Gate `ServiceTrafficDistribution` (KEP-4444), off in 1.30: hints count without annotation. */
  readonly trafficDistribution: boolean;
}

/** Which endpoints a node uses for a Service port (kube-proxy's `CategorizeEndpoints`). */
export interface Categories {
  /** For policy Cluster. */
  readonly cluster: readonly Endpoint[];
  /** For policy Local. */
  readonly local: readonly Endpoint[];
  /** Both together, without doubles. */
  readonly reachable: readonly Endpoint[];
  /** Whether there is a usable endpoint anywhere. */
  readonly any: boolean;
  /** Why zone hints are not followed; `undefined` when they are. */
  readonly noTopology: string | undefined;
}

const NONE: readonly Endpoint[] = [];

export function categorize(
  port: ServicePort,
  endpoints: readonly Endpoint[],
  vantage: Vantage,
): Categories {
  const usesCluster = usesClusterEndpoints(port);
  const zone = zoneOf(vantage);
  const noTopology = usesCluster
    ? whyNoTopology(port, endpoints, vantage)
    : "only local endpoints are used";
  const ready = usesCluster ? endpoints.filter(isReady) : NONE;
  const inZone = noTopology === undefined ? ready.filter((one) => isHinted(one, zone)) : ready;
  const cluster = usesCluster && inZone.length === 0 ? endpoints.filter(isDraining) : inZone;
  if (!usesLocalEndpoints(port)) {
    return { cluster, local: NONE, reachable: cluster, any: cluster.length > 0, noTopology };
  }
  const any = endpoints.some((one) => isReady(one) || isDraining(one));
  const localReady = endpoints.filter((one) => one.local && isReady(one));
  const draining = localReady.length === 0;
  const local = draining ? endpoints.filter((one) => one.local && isDraining(one)) : localReady;
  const reachable = !usesCluster
    ? local
    : noTopology !== undefined && (!draining || local.length === 0)
      ? cluster
      : merge(cluster, local);
  return { cluster, local, reachable, any, noTopology };
}

function isReady({ from }: Endpoint): boolean {
  return from.ready;
}

/** Going away and still serving: used when nothing is ready (KEP-1669). */
function isDraining({ from }: Endpoint): boolean {
  return from.serving && from.terminating;
}

function zoneOf({ nodeLabels }: Vantage): string {
  return nodeLabels[LABELS.zone] ?? "";
}

function isHinted({ from }: Endpoint, zone: string): boolean {
  return from.zoneHints.includes(zone);
}

/** `canUseTopology`, with the reason against. */
function whyNoTopology(
  port: ServicePort,
  endpoints: readonly Endpoint[],
  vantage: Vantage,
): string | undefined {
  if (!vantage.topologyAwareHints) return "the gate TopologyAwareHints is off";
  const mode = port.topologyMode;
  if (!vantage.trafficDistribution && ["", "disabled", "Disabled"].includes(mode)) {
    return "the Service does not ask for topology-aware routing";
  }
  const zone = zoneOf(vantage);
  if (zone === "") return `the node has no label ${LABELS.zone}`;
  const ready = endpoints.filter(isReady);
  const unhinted = ready.find(({ from }) => from.zoneHints.length === 0);
  if (unhinted !== undefined) return `${unhinted.text} has no zone hint`;
  return ready.some((one) => isHinted(one, zone)) ? undefined : `no endpoint is for zone ${zone}`;
}

/** Both lists by text; of doubles the local list's. */
function merge(cluster: readonly Endpoint[], local: readonly Endpoint[]): readonly Endpoint[] {
  const byText = new Map([...cluster, ...local].map((one) => [one.text, one]));
  return [...byText.values()].sort((left, right) => compareText(left.text, right.text));
}
