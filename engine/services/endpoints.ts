import type { Family } from "../net/ip.js";
import type { EndpointSliceObject } from "../kubernetes/types.js";
import { compareText, portKey } from "./names.js";
import type { Endpoint } from "./types.js";

/** All endpoints of one port of a Service, usable or not, sorted by their text. */
export interface PortEndpoints {
  /** As `portKey` makes it. */
  readonly key: string;
  readonly endpoints: readonly Endpoint[];
}

/** Of all ports that have endpoints. A list: a Service has few ports, and a cluster many Services. */
export type EndpointsByPort = readonly PortEndpoints[];

const NONE: readonly Endpoint[] = [];

export function endpointsAt(byPort: EndpointsByPort, key: string): readonly Endpoint[] {
  return byPort.find((port) => port.key === key)?.endpoints ?? NONE;
}

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
  const byPort: { readonly key: string; endpoints: Endpoint[] }[] = [];
  for (const slice of slices) {
    for (const port of slice.ports) {
      const key = portKey(port.name, port.protocol);
      const known = byPort.find((other) => other.key === key);
      const found = known ?? { key, endpoints: [] };
      if (known === undefined) byPort.push(found);
      addEndpoints(found.endpoints, slice, port.port, family, nodeName);
    }
  }
  for (const port of byPort) {
    if (!inOrder(port.endpoints)) {
      port.endpoints = withoutDoubles(port.endpoints.sort(byText), slices);
    }
  }
  return byPort.filter(({ endpoints }) => endpoints.length > 0);
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
    const { address } = from;
    const isSix = address.includes(":");
    if (isSix !== (family === 6)) continue;
    const text = isSix ? `[${address}]${tail}` : address + tail;
    const local = nodeName !== undefined && nodeName !== "" && from.nodeName === nodeName;
    found.push({ text, local, from });
  }
}

/** Sorted already and without doubles, as most slices are. */
function inOrder(endpoints: readonly Endpoint[]): boolean {
  let before = "";
  for (const { text } of endpoints) {
    if (text <= before) return false;
    before = text;
  }
  return true;
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
