import type { Family } from "../net/ip.js";
import { podOf, readSlicePorts } from "./check-slice.js";
import { LABELS, readName, type ObjectName } from "./metadata.js";
import type { Fields } from "./shape.js";
import { sloppyFamily } from "./sloppy.js";
import type { EndpointSliceObject, EndpointsObject, SliceEndpoint } from "./types.js";

/**
 * Reads a core/v1 Endpoints object into the slices that the EndpointSliceMirroring controller
 * would make of it: one a subset and family.
 */
export function checkEndpoints(object: Fields): EndpointsObject | undefined {
  const identity = readName(object);
  if (identity === undefined) return undefined;
  const labels = object.inside("metadata").inside("labels");
  const hidden = {
    proxyName: labels.has(LABELS.proxyName),
    headlessLabel: labels.has(LABELS.headless),
  };
  const slices: EndpointSliceObject[] = [];
  for (const subset of object.items("subsets")) {
    const { ports } = readSlicePorts(subset);
    const byFamily = readAddresses(subset);
    for (const [family, endpoints] of byFamily) {
      const name = `${identity.name}-subset-${subset.index}-ipv${family}`;
      slices.push({ ...sliceOf(identity, name), ...hidden, family, ports, endpoints });
    }
  }
  return { kind: "Endpoints", ...identity, slices };
}

function sliceOf({ namespace, name: service }: ObjectName, name: string) {
  return { kind: "EndpointSlice", namespace, name, service, unusable: "" } as const;
}

function readAddresses(subset: Fields): ReadonlyMap<Family, readonly SliceEndpoint[]> {
  const found = new Map<Family, SliceEndpoint[]>();
  for (const [key, ready] of [
    ["addresses", true],
    ["notReadyAddresses", false],
  ] as const) {
    for (const entry of subset.items(key)) {
      const address = entry.text("ip");
      const family = address === undefined ? undefined : sloppyFamily(address);
      if (address === undefined || family === undefined || isMapped(address)) {
        entry.error("bad-address", `${JSON.stringify(address ?? "")} is not an IP address`, "ip");
        continue;
      }
      const endpoints = found.get(family) ?? [];
      endpoints.push(makeEndpoint(entry, address, ready));
      found.set(family, endpoints);
    }
  }
  return found;
}

/** An IPv4 address in IPv6 form, which proxies could not write. */
function isMapped(address: string): boolean {
  return address.includes(":") && sloppyFamily(address) === 4;
}

function makeEndpoint(entry: Fields, address: string, ready: boolean): SliceEndpoint {
  return {
    address,
    addresses: address,
    nodeName: entry.text("nodeName"),
    zone: undefined,
    ready,
    serving: ready,
    terminating: false,
    zoneHints: [],
    pod: podOf(entry.mapping["targetRef"]),
  };
}
