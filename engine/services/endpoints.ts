import type { Family } from "../net/ip.js";
import type { EndpointSliceObject, SliceEndpoint } from "../kubernetes/types.js";
import { compareText, portKey } from "./names.js";
import type { Endpoint } from "./types.js";

/** By `portKey`: all endpoints of a Service, usable or not, sorted by their text. */
export type EndpointsByPort = ReadonlyMap<string, readonly Endpoint[]>;

/** Whether proxies look at the slice at all. */
export function sliceCounts(slice: EndpointSliceObject): boolean {
  return (
    slice.service !== "" && !slice.proxyName && !slice.headlessLabel && slice.family !== undefined
  );
}

/**
 * The endpoints that the slices of one Service hold, as seen from a node. Of endpoints with one
 * address and port the first counts, slices by name and addresses in order, unless a later one is
 * local (kube-proxy's `EndpointSliceCache`).
 */
export function endpointsOf(
  slices: readonly EndpointSliceObject[],
  family: Family,
  nodeName: string | undefined,
): EndpointsByPort {
  const byPort = new Map<string, Map<string, Endpoint>>();
  for (const slice of slices) {
    for (const port of slice.ports) {
      const key = portKey(port.name, port.protocol);
      const known = byPort.get(key) ?? new Map<string, Endpoint>();
      byPort.set(key, known);
      addEndpoints(known, slice.endpoints, port.port, family, nodeName);
    }
  }
  const sorted = new Map<string, readonly Endpoint[]>();
  for (const [key, found] of byPort) {
    if (found.size > 0) sorted.set(key, [...found.values()].sort(byText));
  }
  return sorted;
}

function addEndpoints(
  known: Map<string, Endpoint>,
  list: readonly SliceEndpoint[],
  port: number,
  family: Family,
  nodeName: string | undefined,
): void {
  const tail = `:${port}`;
  for (const from of list) {
    if (from.family !== family) continue;
    const { address } = from;
    const text = address.includes(":") ? `[${address}]${tail}` : address + tail;
    const local = nodeName !== undefined && nodeName !== "" && from.nodeName === nodeName;
    const before = known.get(text);
    if (before === undefined || replaces(from, local, before, list)) {
      known.set(text, { address, port, text, local, from });
    }
  }
}

/** Within one slice the endpoint whose addresses sort first comes first. */
function replaces(
  from: SliceEndpoint,
  local: boolean,
  before: Endpoint,
  list: readonly SliceEndpoint[],
): boolean {
  if (from.addresses < before.from.addresses && list.includes(before.from)) {
    return !before.local;
  }
  return local;
}

function byText(left: Endpoint, right: Endpoint): number {
  return compareText(left.text, right.text);
}
