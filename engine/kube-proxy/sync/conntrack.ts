import { endpointsAt } from "../../services/endpoints.js";
import { portKey } from "../../services/names.js";
import type { ModelChange } from "../../services/model.js";
import type { Belief, Endpoint, ServicePort } from "../../services/types.js";

/** A translation whose entries are stale: from a Service's address or node port to an endpoint. */
export interface StaleTranslation<From> {
  readonly from: From;
  readonly endpoint: string;
}

/**
 * Conntrack entries of UDP that kube-proxy deletes after a sync: UDP has no end of a connection,
 * so clients would go on to endpoints that are gone, or to nowhere.
 */
export interface StaleConntrack {
  /** Original destination addresses, sorted. */
  readonly addresses: readonly string[];
  /** Node ports, sorted. */
  readonly nodePorts: readonly number[];
  readonly translations: readonly StaleTranslation<string>[];
  readonly nodePortTranslations: readonly StaleTranslation<number>[];
}

export const NO_STALE_CONNTRACK: StaleConntrack = {
  addresses: [],
  nodePorts: [],
  translations: [],
  nodePortTranslations: [],
};

/** kube-proxy's `CleanStaleEntries`; `beliefs` tells what is believed of a Service now. */
export function staleConntrack(
  change: ModelChange,
  beliefs: (service: string) => readonly Belief[],
): StaleConntrack {
  const addresses = new Set<string>();
  const nodePorts = new Set<number>();
  const translations: StaleTranslation<string>[] = [];
  const nodePortTranslations: StaleTranslation<number>[] = [];
  for (const port of change.removedPorts) {
    if (isUdp(port)) addresses.add(port.clusterIP);
  }
  for (const [service, { before, after }] of change.endpoints) {
    for (const { port } of beliefs(service)) {
      if (!isUdp(port)) continue;
      const key = portKey(port.name.port, port.name.protocol);
      const old = endpointsAt(before, key);
      const now = endpointsAt(after, key);
      if (now.some(isServing) && !old.some(isServing)) {
        for (const address of addressesOf(port)) addresses.add(address);
        if (port.nodePort !== 0) nodePorts.add(port.nodePort);
      }
      for (const { from: gone } of goneFrom(old, now)) {
        const endpoint = gone.address;
        if (port.nodePort !== 0) nodePortTranslations.push({ from: port.nodePort, endpoint });
        for (const from of addressesOf(port)) translations.push({ from, endpoint });
      }
    }
  }
  return {
    addresses: [...addresses].sort(),
    nodePorts: [...nodePorts].sort((left, right) => left - right),
    translations,
    nodePortTranslations,
  };
}

function isUdp({ protocol }: ServicePort): boolean {
  return protocol === "udp";
}

function isServing({ from }: Endpoint): boolean {
  return from.serving;
}

/**
 * Endpoints that served and are no longer listed; one that never served has no entries. One that
 * is listed still, but stopped serving, keeps them (`detectStaleConntrackEntries`).
 */
function goneFrom(old: readonly Endpoint[], now: readonly Endpoint[]): readonly Endpoint[] {
  const left = new Set(now.map(({ text }) => text));
  return old.filter((endpoint) => isServing(endpoint) && !left.has(endpoint.text));
}

function addressesOf(port: ServicePort): readonly string[] {
  return [port.clusterIP, ...port.externalIPs, ...port.loadBalancerVIPs];
}
