import type { Family } from "../net/ip.js";
import type { EndpointSliceObject } from "../kubernetes/types.js";
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
  const byPort = new Map<string, Endpoint[]>();
  for (const slice of slices) {
    for (const port of slice.ports) {
      const key = portKey(port.name, port.protocol);
      const found = byPort.get(key) ?? [];
      byPort.set(key, found);
      addEndpoints(found, slice, port.port, family, nodeName);
    }
  }
  for (const [key, found] of byPort) {
    if (found.length === 0) byPort.delete(key);
    else byPort.set(key, withoutDoubles(found.sort(byText), slices));
  }
  return byPort;
}

function addEndpoints(
  found: Endpoint[],
  slice: EndpointSliceObject,
  port: number,
  family: Family,
  nodeName: string | undefined,
): void {
  const tail = `:${port}`;
  for (const from of slice.endpoints) {
    if (from.family !== family) continue;
    const { address } = from;
    const text = address.includes(":") ? `[${address}]${tail}` : address + tail;
    const local = nodeName !== undefined && nodeName !== "" && from.nodeName === nodeName;
    found.push({ text, local, from });
  }
}

function byText(left: Endpoint, right: Endpoint): number {
  return compareText(left.text, right.text);
}

/** Of endpoints with one text, which stand together, the first, or the last that is local. */
function withoutDoubles(sorted: Endpoint[], slices: readonly EndpointSliceObject[]): Endpoint[] {
  if (sorted.every((one, index) => one.text !== sorted[index + 1]?.text)) return sorted;
  const sliceOf = ({ from }: Endpoint) =>
    slices.findIndex(({ endpoints }) => endpoints.includes(from));
  // Sorting is stable: slices stay in their order.
  const ordered = sorted.toSorted(
    (left, right) =>
      compareText(left.text, right.text) ||
      (left.text === right.text && sliceOf(left) === sliceOf(right)
        ? compareText(left.from.addresses, right.from.addresses)
        : 0),
  );
  const kept = new Map<string, Endpoint>();
  for (const one of ordered) {
    if (one.local || !kept.has(one.text)) kept.set(one.text, one);
  }
  return [...kept.values()];
}
